using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests.OpenAi;

/// <summary>OpenAI's images API, as its clients use it.</summary>
public sealed class OpenAiTests
{
    [Fact]
    public async Task A_generation_answers_with_pictures_and_what_they_took()
    {
        await using TestStudio studio = await Start();
        JsonElement answer = await studio.Post("/v1/images/generations", new { model = "gpt-image-1", prompt = "a red apple", n = 2, size = "64x32", seed = 1 });
        Assert.Equal(2, answer.GetProperty("data").GetArrayLength());
        Image image = Picture(answer.GetProperty("data")[0].GetProperty("b64_json"));
        Assert.Equal((64, 32), (image.Width, image.Height));
        Assert.Equal(("64x32", "png", "opaque"), (answer.GetProperty("size").GetString(), answer.GetProperty("output_format").GetString(), answer.GetProperty("background").GetString()));
        Assert.True(answer.GetProperty("usage").GetProperty("total_tokens").GetInt32() > 0);
        JsonElement byUrl = await studio.Post("/v1/images/generations", new { model = "dall-e-3", prompt = "a red apple" });
        Assert.True(PngReader.IsPng(await studio.Client.GetByteArrayAsync(byUrl.GetProperty("data")[0].GetProperty("url").GetString())));
    }

    [Fact]
    public async Task A_prompt_may_have_as_many_characters_as_there()
    {
        await using TestStudio studio = await Start();
        _ = await studio.Post("/v1/images/generations", new { prompt = new string('a', 32_000), size = "32x32" });
        _ = await studio.Post("/v1/images/generations", new { prompt = new string('a', 32_001), size = "32x32" }, 400);
    }

    [Fact]
    public async Task An_address_leads_to_a_picture_of_the_format_that_was_asked_for()
    {
        await using TestStudio studio = await Start();
        JsonElement answer = await studio.Post("/v1/images/generations",
            new { prompt = "a red apple", size = "32x32", response_format = "url", output_format = "jpeg", output_compression = 0 });
        string address = answer.GetProperty("data")[0].GetProperty("url").GetString()!;
        Assert.EndsWith("?format=jpeg&quality=1", address, StringComparison.Ordinal);
        using HttpResponseMessage file = await studio.Client.GetAsync(address);
        // Without libvips there are no JPEG files.
        if (file.IsSuccessStatusCode)
            Assert.Equal(ImageFormat.Jpeg, ImageFormats.Of(await file.Content.ReadAsByteArrayAsync()));
        _ = await studio.Get(address.Replace("jpeg", "gif", StringComparison.Ordinal), 400);
    }

    [Fact]
    public async Task A_stream_shows_previews_and_ends_with_the_picture()
    {
        await using TestStudio studio = await Start();
        using HttpResponseMessage response = await studio.Client.PostAsync("/v1/images/generations", Json("""{"prompt": "a red apple", "stream": true, "partial_images": 2, "size": "64x64", "quality": "high"}"""));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        string[] lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        JsonElement last = JsonElement.Parse(lines.Last(line => line.StartsWith("data: ", StringComparison.Ordinal))[6..]);
        Assert.Equal("image_generation.completed", last.GetProperty("type").GetString());
        Assert.Equal(64, Picture(last.GetProperty("b64_json")).Width);
        Assert.True(lines.Count(line => line == "event: image_generation.partial_image") <= 2);
    }

    [Fact]
    public async Task An_edit_paints_what_is_transparent_and_a_variation_needs_no_prompt()
    {
        await using TestStudio studio = await Start();
        Image picture = new(32, 32, 4);
        for (int i = 3; i < picture.Pixels.Length; i += 4)
            picture.Pixels[i] = (byte)(i < picture.Pixels.Length / 2 ? 0 : 255);
        using MultipartFormDataContent edit = new() { { File(picture), "image", "cat.png" }, { new StringContent("a cat"), "prompt" }, { new StringContent("32x32"), "size" } };
        JsonElement edited = await Send(studio, "/v1/images/edits", edit);
        Image drawn = Picture(edited.GetProperty("data")[0].GetProperty("b64_json"));
        Assert.Equal(new byte[3], drawn.Pixel(31, 31).ToArray());
        using MultipartFormDataContent variation = new() { { File(new Image(40, 30)), "image", "cat.png" }, { new StringContent("2"), "n" } };
        JsonElement varied = await Send(studio, "/v1/images/variations", variation);
        Assert.Equal((2, "40x32"), (varied.GetProperty("data").GetArrayLength(), varied.GetProperty("size").GetString()));
    }

    [Theory]
    [InlineData("""{"prompt": ""}""", 400, "prompt")]
    [InlineData("""{"prompt": "a", "n": 11}""", 400, "n")]
    [InlineData("""{"prompt": "a", "size": "huge"}""", 400, "size")]
    [InlineData("""{"prompt": "a", "background": "transparent"}""", 400, "background")]
    [InlineData("""{"prompt": "a", "model": "made-up"}""", 404, "model")]
    [InlineData("""{"prompt": "a", "made_up": 1}""", 400, "made_up")]
    public async Task What_is_wrong_is_said_in_openais_form(string body, int status, string parameter)
    {
        await using TestStudio studio = await Start();
        JsonElement error = (await studio.Post("/v1/images/generations", body, status)).GetProperty("error");
        Assert.Equal(("invalid_request_error", parameter), (error.GetProperty("type").GetString(), error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Models_are_listed()
    {
        await using TestStudio studio = await Start();
        JsonElement models = await studio.Get("/v1/models");
        string id = models.GetProperty("data")[0].GetProperty("id").GetString()!;
        Assert.Equal("model", (await studio.Get($"/v1/models/{id}")).GetProperty("object").GetString());
        _ = await studio.Get("/v1/models/other", 404);
    }

    private static Task<TestStudio> Start() => TestStudio.Start(options => options with { Models = [TinyModel.Lively] });

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static ByteArrayContent File(Image image)
    {
        ByteArrayContent content = new(PngWriter.Encode(image));
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        return content;
    }

    private static async Task<JsonElement> Send(TestStudio studio, string path, HttpContent content)
    {
        using HttpResponseMessage response = await studio.Client.PostAsync(path, content);
        string answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, answer);
        return JsonElement.Parse(answer);
    }

    private static Image Picture(JsonElement base64) => PngReader.Read(Convert.FromBase64String(base64.GetString()!), "the picture");
}
