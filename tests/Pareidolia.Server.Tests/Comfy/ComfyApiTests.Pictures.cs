using System.Net.Http.Headers;
using System.Text.Json;
using Pareidolia.Imaging;

namespace Pareidolia.Server.Tests.Comfy;

// Uploads, masks, and what is looked at.
public sealed partial class ComfyApiTests
{
    [Fact]
    public async Task Pictures_are_uploaded_once_each_and_masks_become_transparency()
    {
        await using TestStudio studio = await Start();
        byte[] red = Plain(255, 0, 0), blue = Plain(0, 0, 255);
        Assert.Equal("a.png", (await Upload(studio, "/upload/image", red, "a.png")).GetProperty("name").GetString());
        Assert.Equal("a.png", (await Upload(studio, "/upload/image", red, "a.png")).GetProperty("name").GetString());
        Assert.Equal("a (1).png", (await Upload(studio, "/upload/image", blue, "a.png")).GetProperty("name").GetString());
        Assert.Equal("a.png", (await Upload(studio, "/upload/image", blue, "../../a.png", ("overwrite", "true"))).GetProperty("name").GetString());
        Assert.Equal(blue, await studio.Client.GetByteArrayAsync("/view?filename=a.png&type=input"));

        Image mask = new(4, 4, 4);
        mask.Pixels[3] = 255;
        JsonElement masked = await Upload(studio, "/upload/mask", PngWriter.Encode(mask), "m.png", ("original_ref", """{"filename": "a.png", "type": "input"}"""));
        Image joined = PngReader.Read(await studio.Client.GetByteArrayAsync($"/view?filename={masked.GetProperty("name")}&type=input"), "joined");
        Assert.Equal([0, 0, 255, 255, 0, 0, 255, 0], joined.Pixels[..8]);
        Image alpha = PngReader.Read(await studio.Client.GetByteArrayAsync("/view?filename=m.png&type=input&channel=a"), "alpha");
        Assert.Equal([0, 0, 0, 255, 0, 0, 0, 0], alpha.Pixels[..8]);
        Assert.Equal(3, PngReader.Read(await studio.Client.GetByteArrayAsync("/view?filename=m.png&type=input&channel=rgb"), "rgb").Channels);
    }

    [Theory]
    [InlineData("/view?filename=../studio.db&type=input", 400)]
    [InlineData("/view?filename=..%2F..%2Fstudio.db&type=output", 400)]
    [InlineData("/view?filename=studio.db&type=output&subfolder=..%2F..", 403)]
    [InlineData("/view?filename=studio.db&type=output&subfolder=%2Ftmp", 403)]
    [InlineData("/view?filename=%2Fetc%2Fhostname", 400)]
    [InlineData("/view?filename=a.png&type=elsewhere", 400)]
    [InlineData("/view?filename=a.png", 404)]
    [InlineData("/view", 400)]
    [InlineData("/models/..%2F..", 404)]
    [InlineData("/view_metadata/checkpoints?filename=..%2F..%2Fstudio.db", 400)]
    public async Task Nothing_outside_of_the_folders_is_reached(string path, int status)
    {
        await using TestStudio studio = await Start();
        JsonElement refused = await studio.Get(path, status);
        Assert.NotEmpty(refused.GetProperty("error").GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task What_is_no_picture_is_neither_taken_nor_shown_as_a_page()
    {
        await using TestStudio studio = await Start();
        JsonElement refused = await Upload(studio, "/upload/image", "<script>alert(1)</script>"u8.ToArray(), "a.html", 400);
        Assert.Contains("no picture", refused.GetProperty("error").GetProperty("message").GetString()!, StringComparison.Ordinal);
        refused = await Upload(studio, "/upload/image", Plain(1, 2, 3), "a.png", 400, ("subfolder", "../.."));
        Assert.Contains("leads out", refused.GetProperty("error").GetProperty("message").GetString()!, StringComparison.Ordinal);
        string page = Path.Combine(studio.Part<Pareidolia.Graph.GraphRunner>().Folders.Output, "page.html");
        await File.WriteAllTextAsync(page, "<script>alert(1)</script>");
        using HttpResponseMessage shown = await studio.Client.GetAsync("/view?filename=page.html");
        Assert.Equal("application/octet-stream", shown.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", shown.Content.Headers.ContentDisposition!.DispositionType);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_kept_is_refused_with_a_sentence_that_does_not_say_where()
    {
        await using TestStudio studio = await TestStudio.Start(options => options with { MostUploadPixels = 100 });
        _ = await Upload(studio, "/upload/image", Plain(1, 2, 3), "a.png");
        string deep = string.Join('/', Enumerable.Repeat(new string('d', 200), 30));
        foreach (string subfolder in (string[])["a.png", "a.png/b", new string('x', 300), deep])
            await Refused("cannot be written", Plain(1, 2, 3), "b.png", subfolder);
        await Refused("cannot be written", Plain(1, 2, 3), new string('\u00e4', 199), "");
        await Refused("pixels", PngWriter.Encode(new Image(11, 11)), "large.png", "");
        await Refused("image", Plain(1, 2, 3)[..40], "broken.png", "");
        Assert.Equal(["a.png"], Directory.EnumerateFiles(studio.Part<Pareidolia.Graph.GraphRunner>().Folders.Input, "*", SearchOption.AllDirectories).Select(Path.GetFileName));

        async Task Refused(string reason, byte[] file, string name, string subfolder)
        {
            string said = (await Upload(studio, "/upload/image", file, name, 400, ("subfolder", subfolder))).GetProperty("error").GetProperty("message").GetString()!;
            Assert.Contains(reason, said, StringComparison.Ordinal);
            Assert.DoesNotContain(studio.Part<Pareidolia.Graph.GraphRunner>().Folders.Input, said, StringComparison.Ordinal);
        }
    }

    private static (int, int) Size(Image image) => (image.Width, image.Height);

    private static byte[] Plain(byte red, byte green, byte blue)
    {
        Image image = new(4, 4);
        for (int i = 0; i < 16; i++)
            (image.Pixels[3 * i], image.Pixels[(3 * i) + 1], image.Pixels[(3 * i) + 2]) = (red, green, blue);
        return PngWriter.Encode(image);
    }

    private static Task<JsonElement> Upload(TestStudio studio, string path, byte[] file, string name, params (string Name, string Value)[] fields) =>
        Upload(studio, path, file, name, 200, fields);

    private static async Task<JsonElement> Upload(TestStudio studio, string path, byte[] file, string name, int status, params (string Name, string Value)[] fields)
    {
        using MultipartFormDataContent form = [];
        ByteArrayContent content = new(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        form.Add(content, "image", name);
        foreach ((string field, string value) in fields)
            form.Add(new StringContent(value), field);
        using HttpResponseMessage response = await studio.Client.PostAsync(path, form);
        string answer = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{path} answered {(int)response.StatusCode}: {answer}");
        return JsonElement.Parse(answer);
    }
}
