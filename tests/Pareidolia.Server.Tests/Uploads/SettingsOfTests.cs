using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests.Uploads;

/// <summary>The settings inside pictures of three programs, and what becomes of a picture besides.</summary>
public sealed class SettingsOfTests
{
    [Fact]
    public async Task The_web_uis_infotext_becomes_an_order()
    {
        await using TestStudio studio = await Start();
        JsonElement found = await Read(studio, "parameters",
            "a cat, (fluffy:1.2)\nNegative prompt: dog\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 6.5, Seed: 42, Size: 512x768, Model: some, Variation seed: 3, Variation seed strength: 0.2, "
            + "Denoising strength: 0.5, Clip skip: 2, Hires upscale: 2, Hires steps: 10, Hires upscaler: Latent, Version: v1.10.1");
        Assert.Equal("a1111", found.GetProperty("source").GetString());
        JsonElement settings = found.GetProperty("settings");
        Assert.Equal(("a cat, (fluffy:1.2)", "dog", "dpmpp_2m", "karras"), (Text(settings, "prompt"), Text(settings, "negativePrompt"), Text(settings, "sampler"), Text(settings, "schedule")));
        Assert.Equal((20, 6.5, 42, 512, 768, 2), (Whole(settings, "steps"), settings.GetProperty("guidanceScale").GetDouble(), Whole(settings, "seed"), Whole(settings, "width"), Whole(settings, "height"), Whole(settings, "clipSkip")));
        Assert.Equal((2, 10), (Whole(settings.GetProperty("hires"), "scale"), Whole(settings.GetProperty("hires"), "steps")));
        Assert.Equal((3, "a1111-gpu"), (Whole(settings, "variationSeed"), Text(settings, "noise")));
    }

    [Fact]
    public async Task A_comfyui_graph_becomes_an_order_and_stays_a_graph()
    {
        await using TestStudio studio = await Start();
        JsonElement found = await Read(studio, "prompt", """
            {"1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "folder/some.safetensors"}},
             "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat", "clip": ["1", 1]}}, "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "dog", "clip": ["1", 1]}},
             "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 640, "height": 512, "batch_size": 1}},
             "5": {"class_type": "KSampler", "inputs": {"model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0], "seed": 18446744073709551615, "steps": 9,
               "cfg": 3.5, "sampler_name": "euler", "scheduler": "simple", "denoise": 1}}}
            """);
        Assert.Equal("comfyui", found.GetProperty("source").GetString());
        JsonElement settings = found.GetProperty("settings");
        Assert.Equal(("a cat", "dog", "euler", "simple", "some"), (Text(settings, "prompt"), Text(settings, "negativePrompt"), Text(settings, "sampler"), Text(settings, "schedule"), Text(settings, "model")));
        Assert.Equal((ulong.MaxValue, 640), (settings.GetProperty("seed").GetUInt64(), Whole(settings, "width")));
        Assert.Equal("KSampler", found.GetProperty("workflow").GetProperty("5").GetProperty("class_type").GetString());
    }

    [Theory]
    [InlineData("""{"5": {"class_type": "KSampler", "inputs": {"positive": ["\ud800", 0], "sampler_name": "\udfff"}}}""")]
    [InlineData("""{"5": {"\ud800": 1, "inputs": {}}}""")]
    public async Task A_graph_with_half_of_a_character_says_nothing(string graph)
    {
        await using TestStudio studio = await Start();
        Assert.Equal(JsonValueKind.Null, (await Read(studio, "prompt", graph)).GetProperty("source").ValueKind);
    }

    [Fact]
    public async Task Our_own_pictures_give_back_their_order_and_others_nothing()
    {
        await using TestStudio studio = await Start();
        string id = (await studio.Post("/api/v1/jobs", new { kind = "generate", prompt = "a red apple", seed = 7 }, 202)).GetProperty("id").GetString()!;
        JsonElement picture = (await studio.Wait(id, "done")).GetProperty("pictures")[0];
        JsonElement found = await Send(studio, await studio.Client.GetByteArrayAsync(picture.GetProperty("url").GetString()));
        Assert.Equal(("pareidolia", 7), (found.GetProperty("source").GetString(), Whole(found.GetProperty("settings"), "seed")));
        Assert.Equal(JsonValueKind.Null, (await Send(studio, PngWriter.Encode(new Image(4, 4)))).GetProperty("source").ValueKind);
    }

    [Fact]
    public async Task A_picture_of_our_own_graph_is_read_as_a_graph()
    {
        await using TestStudio studio = await Start();
        const string Graph = """{"1": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat"}}, "2": {"class_type": "KSampler", "inputs": {"positive": ["1", 0], "seed": 7}}}""";
        Image image = new(4, 4);
        (image.Texts["pareidolia"], image.Texts["prompt"]) = ($$"""{"kind": "graph", "prompt": {{Graph}}}""", Graph);
        JsonElement found = await Send(studio, PngWriter.Encode(image));
        Assert.Equal(("comfyui", "a cat"), (Text(found, "source"), Text(found.GetProperty("settings"), "prompt")));
        foreach (string other in (string[])[$$"""{"kind": "graph", "prompt": {{Graph}}}""", """{"kind": "walk", "prompt": "a", "from": "a"}""", """{"from": "a"}""", """{"prompt": 3}"""])
            Assert.Equal(JsonValueKind.Null, (await Read(studio, "pareidolia", other)).GetProperty("source").ValueKind);
        Assert.Equal("pareidolia", Text(await Read(studio, "pareidolia", """{"kind": "generate", "prompt": "a cat"}"""), "source"));
    }

    [Theory]
    [InlineData("a (red:1.1) apple", "Version: v1.10.1", "a1111")]
    [InlineData("a [red] apple", "Seed: 1", "a1111")]
    [InlineData("an apple\nNegative prompt: (bad:1.4)", "Seed: 1", "a1111")]
    [InlineData("a red apple: 2 and, a tree", "Seed: 1", null)]
    [InlineData("a (red:1.1) apple", "Version: pareidolia 1.0.0", null)]
    [InlineData("a (red:1.1) apple", "Prompt dialect: comfyui, Version: pareidolia 1.0.0", "comfyui")]
    public async Task A_foreign_prompt_with_weights_is_read_in_the_web_uis_dialect(string prompt, string field, string? dialect)
    {
        await using TestStudio studio = await Start();
        JsonElement settings = (await Read(studio, "parameters", $"{prompt}\nSteps: 20, CFG scale: 6, {field}")).GetProperty("settings");
        Assert.Equal(dialect, settings.TryGetProperty("dialect", out JsonElement found) ? found.GetString() : null);
    }

    [Fact]
    public async Task Capitals_of_all_alphabets_are_found_and_deleted_pictures_are_listed()
    {
        await using TestStudio studio = await Start();
        string id = (await studio.Post("/api/v1/jobs", new { kind = "generate", prompt = "Äpfel und ÉCLAIRS" }, 202)).GetProperty("id").GetString()!;
        string picture = Text((await studio.Wait(id, "done")).GetProperty("pictures")[0], "id")!;
        foreach (string words in (string[])["äpfel", "ÄPFEL", "éclairs und"])
            Assert.Equal(picture, Text(Assert.Single((await studio.Get($"/api/v1/pictures?q={Uri.EscapeDataString(words)}")).GetProperty("items").EnumerateArray()), "id"));
        Assert.Equal(0, (await studio.Get("/api/v1/pictures?deleted=true")).GetProperty("items").GetArrayLength());
        _ = await studio.Json(HttpMethod.Delete, $"/api/v1/pictures/{picture}", null, 204);
        JsonElement deleted = Assert.Single((await studio.Get("/api/v1/pictures?deleted=true")).GetProperty("items").EnumerateArray());
        Assert.Equal((picture, JsonValueKind.String), (Text(deleted, "id"), deleted.GetProperty("deletedAt").ValueKind));
        Assert.Equal(0, (await studio.Get("/api/v1/pictures?deleted=false")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_picture_is_enlarged_explained_liked_found_deleted_and_brought_back()
    {
        await using TestStudio studio = await Start();
        string id = (await studio.Post("/api/v1/jobs", new { kind = "generate", prompt = "a red apple", seed = 7 }, 202)).GetProperty("id").GetString()!;
        string picture = (await studio.Wait(id, "done")).GetProperty("pictures")[0].GetProperty("id").GetString()!;
        string larger = (await studio.Post("/api/v1/jobs", new { kind = "upscale", picture, upscaler = "Lanczos", scale = 1.5 }, 202)).GetProperty("id").GetString()!;
        JsonElement large = (await studio.Wait(larger, "done")).GetProperty("pictures")[0];
        Assert.Equal((48, "a red apple"), (Whole(large, "width"), Text(large, "prompt")![..11]));
        _ = await studio.Get($"/api/v1/pictures/{picture}/explain", 404);
        string explained = (await studio.Post($"/api/v1/pictures/{picture}/explain", new { }, 202)).GetProperty("id").GetString()!;
        _ = await studio.Wait(explained, "done");
        JsonElement explanation = await studio.Get($"/api/v1/pictures/{picture}/explain");
        Assert.InRange(explanation.GetProperty("whole").GetDouble(), -1, 1);
        Assert.Equal(["a", "red", "apple"], explanation.GetProperty("words").EnumerateArray().Select(word => Text(word, "word")));
        Assert.True(explanation.GetProperty("sameAsPicture").GetBoolean());
        Assert.Equal(32, PngReader.Read(await studio.Client.GetByteArrayAsync(Text(explanation.GetProperty("words")[2], "url")), "the map").Width);
        _ = await studio.Get($"/api/v1/pictures/{picture}/explain/words/3", 404);
        string ofLarge = (await studio.Post($"/api/v1/pictures/{Text(large, "id")}/explain", new { }, 202)).GetProperty("id").GetString()!;
        _ = await studio.Wait(ofLarge, "done");
        Assert.StartsWith("It was not drawn from one prompt", Text(await studio.Get($"/api/v1/pictures/{Text(large, "id")}/explain"), "whyNoWords"), StringComparison.Ordinal);
        Assert.True((await studio.Json(HttpMethod.Patch, $"/api/v1/pictures/{picture}", new { favourite = true })).GetProperty("favourite").GetBoolean());
        Assert.Equal(1, (await studio.Get("/api/v1/pictures?favourite=true&q=APPLE%20red")).GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await studio.Get("/api/v1/pictures?q=pear")).GetProperty("items").GetArrayLength());
        _ = await studio.Json(HttpMethod.Delete, $"/api/v1/pictures/{picture}", null, 204);
        _ = await studio.Get($"/api/v1/pictures/{picture}", 404);
        _ = await studio.Post($"/api/v1/pictures/{picture}/restore", new { });
        Assert.True(PngReader.IsPng(await studio.Client.GetByteArrayAsync($"/api/v1/pictures/{picture}/file")));
    }

    private static Task<TestStudio> Start() => TestStudio.Start(options => options with { Models = [TinyModel.Lively] });

    private static Task<JsonElement> Read(TestStudio studio, string key, string text)
    {
        Image image = new(4, 4);
        image.Texts[key] = text;
        return Send(studio, PngWriter.Encode(image));
    }

    private static async Task<JsonElement> Send(TestStudio studio, byte[] file)
    {
        using HttpResponseMessage response = await studio.Client.PostAsync("/api/v1/settings-of", new ByteArrayContent(file));
        Assert.True(response.IsSuccessStatusCode);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync());
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static int Whole(JsonElement json, string name) => json.GetProperty(name).GetInt32();
}
