using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Pictures;
using Pareidolia.Tests;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests.Generate;

/// <summary>Jobs of kind generate on a tiny model: what they draw, and that an interruption changes no byte.</summary>
public sealed class GenerateTests
{
    [Fact]
    public async Task An_order_becomes_pictures_with_their_settings_inside()
    {
        await using TestStudio studio = await Start();
        JsonElement job = await Draw(studio, new { kind = "generate", prompt = "a red apple", seed = 7, count = 2, steps = 3 });
        JsonElement[] pictures = [.. job.GetProperty("pictures").EnumerateArray()];
        Assert.Equal([7, 8], pictures.Select(picture => picture.GetProperty("seed").GetInt32()));
        byte[] file = await studio.Client.GetByteArrayAsync(pictures[1].GetProperty("url").GetString());
        Image image = PngReader.Read(file, "the picture");
        Assert.Equal((32, 32), (image.Width, image.Height));
        Assert.Equal("8", Infotext.Parse(image.Texts["parameters"]).Fields["Seed"]);
        JsonElement alone = await Draw(studio, JsonElement.Parse(image.Texts["pareidolia"]), "generate");
        byte[] again = await studio.Client.GetByteArrayAsync(alone.GetProperty("pictures")[0].GetProperty("url").GetString());
        Assert.Equal(image.Pixels, PngReader.Read(again, "again").Pixels);
    }

    [Fact]
    public async Task The_gallery_has_the_words_that_were_written_and_the_infotext_those_that_the_model_heard()
    {
        await using TestStudio studio = await Start();
        JsonElement picture = (await Draw(studio, new { kind = "generate", prompt = "a red apple", style = "noto", seed = 7 })).GetProperty("pictures")[0];
        Assert.Equal("a red apple", picture.GetProperty("prompt").GetString());
        Assert.Contains("noto", Infotext.Parse(picture.GetProperty("infotext").GetString()!).Prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("euler_ancestral")]
    [InlineData("dpmpp_2m_sde")]
    [InlineData("uni_pc")]
    [InlineData("ddim_cfg_pp")]
    [InlineData("dpm_adaptive")]
    public async Task A_job_that_was_paused_ends_in_the_same_bytes(string sampler)
    {
        await using TestStudio studio = await Start();
        object order = new { kind = "generate", prompt = "a red apple", seed = 3, steps = 30, sampler, count = 2 };
        JsonElement undisturbed = await Draw(studio, order);
        string id = (await studio.Post("/api/v1/jobs", order, 202)).GetProperty("id").GetString()!;
        for (int i = 0; i < 3; i++)
        {
            _ = await studio.Post($"/api/v1/jobs/{id}/pause", new { }, (await studio.Get($"/api/v1/jobs/{id}")).GetProperty("state").GetString() == "done" ? 409 : 200);
            await Task.Delay(20);
            if ((await studio.Get($"/api/v1/jobs/{id}")).GetProperty("state").GetString() == "done")
                break;
            _ = await studio.Post($"/api/v1/jobs/{id}/resume", new { });
            await Task.Delay(5 * i);
        }
        await AssertSame(studio, undisturbed, await studio.Wait(id, "done"));
    }

    [Fact]
    public async Task A_second_pass_that_was_interrupted_ends_in_the_same_bytes()
    {
        await using TestStudio studio = await Start();
        object order = new { kind = "generate", prompt = "a red apple", seed = 3, steps = 100, hires = new { scale = 2, steps = 100 } };
        JsonElement undisturbed = await Draw(studio, order);
        string id = (await studio.Post("/api/v1/jobs", order, 202)).GetProperty("id").GetString()!;
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        while (studio.Part<JobQueue>().Running?.Progress is not { Step: > 110 } && DateTime.UtcNow < end)
            await Task.Delay(1);
        _ = await studio.Post($"/api/v1/jobs/{id}/pause", new { });
        JsonElement paused = await studio.Wait(id, "paused");
        Assert.Single(Directory.GetFiles(studio.Part<Storage.DataFolder>().Journals));
        Assert.Equal(0, paused.GetProperty("pictures").GetArrayLength());
        _ = await studio.Post($"/api/v1/jobs/{id}/resume", new { });
        await AssertSame(studio, undisturbed, await studio.Wait(id, "done"));
        Assert.Empty(Directory.GetFiles(studio.Part<Storage.DataFolder>().Journals));
    }

    [Fact]
    public async Task A_grid_holds_all_combinations()
    {
        await using TestStudio studio = await Start();
        JsonElement job = await Draw(studio, new
        {
            kind = "generate",
            prompt = "a red apple",
            seed = 7,
            xyz = new { x = new { axis = "steps", values = "1-3" }, y = new { axis = "guidanceScale", values = new[] { 1.0, 4.5 } } },
        });
        Assert.Equal(7, job.GetProperty("pictures").GetArrayLength());
        string infotext = job.GetProperty("pictures")[6].GetProperty("infotext").GetString()!;
        Assert.Contains("Script: X/Y/Z plot, X Type: Steps, X Values: \"1, 2, 3\", Y Type: CFG Scale, Y Values: \"1, 4.5\"", infotext, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_is_drawn_from_an_upload_within_a_mask_and_beyond_its_edges()
    {
        await using TestStudio studio = await Start();
        string source = await Upload(studio, new Image(32, 32)), mask = await Upload(studio, Half());
        JsonElement job = await Draw(studio, new { kind = "generate", prompt = "a cat", seed = 1, initPicture = source, mask, denoise = 0.9 });
        Image image = await Picture(studio, job);
        Assert.Equal(new byte[3], image.Pixel(31, 31).ToArray());
        Assert.NotEqual(new byte[3], image.Pixel(0, 0).ToArray());
        JsonElement wider = await Draw(studio, new { kind = "generate", prompt = "a cat", seed = 1, initPicture = source, outpaint = new { left = 16 } });
        Assert.Equal((48, 32), ((await Picture(studio, wider)).Width, (await Picture(studio, wider)).Height));
    }

    [Fact]
    public async Task Previews_and_the_film_of_a_picture_are_there()
    {
        await using TestStudio studio = await Start();
        JsonElement job = await Draw(studio, new { kind = "generate", prompt = "a cat", seed = 1, steps = 6, previewEvery = 2 });
        string picture = job.GetProperty("pictures")[0].GetProperty("id").GetString()!;
        JsonElement film = await studio.Get($"/api/v1/pictures/{picture}/film");
        Assert.Equal(3, film.GetProperty("frames").GetArrayLength());
        Assert.True(PngReader.IsPng(await studio.Client.GetByteArrayAsync(film.GetProperty("frames")[2].GetString())));
    }

    [Fact]
    public async Task A_variation_keeps_the_settings_and_changes_the_picture()
    {
        await using TestStudio studio = await Start();
        JsonElement job = await Draw(studio, new { kind = "generate", prompt = "a red apple", seed = 7, steps = 4 });
        string picture = job.GetProperty("pictures")[0].GetProperty("id").GetString()!;
        JsonElement varied = await Draw(studio, new { kind = "generate", variationOf = picture, variationStrength = 0.4, count = 2 });
        JsonElement settings = varied.GetProperty("settings");
        Assert.Equal(("a red apple", 4, 7), (settings.GetProperty("prompt").GetString(), settings.GetProperty("steps").GetInt32(), settings.GetProperty("seed").GetInt32()));
        Assert.NotEqual((await Picture(studio, job)).Pixels, (await Picture(studio, varied)).Pixels);
    }

    [Fact]
    public async Task A_variation_of_a_grid_is_one_picture_and_a_graphs_picture_has_no_order_to_vary()
    {
        await using TestStudio studio = await Start();
        JsonElement grid = await Draw(studio, new { kind = "generate", prompt = "a red apple", seed = 7, xyz = new { x = new { axis = "steps", values = "1-2" } } });
        string whole = grid.GetProperty("pictures")[2].GetProperty("id").GetString()!;
        JsonElement varied = await Draw(studio, new { kind = "generate", variationOf = whole });
        Assert.Equal(1, varied.GetProperty("pictures").GetArrayLength());
        Assert.False(varied.GetProperty("settings").TryGetProperty("xyz", out _));
        string graph = studio.Part<PictureStore>().Add(PictureId.NewJob(), 0, new Image(8, 8), JsonElement.Parse("""{"kind": "graph", "prompt": {}}"""), "a", 1).Id;
        JsonElement refused = await studio.Post("/api/v1/jobs", new { kind = "generate", variationOf = graph }, 400);
        Assert.Equal("The picture to vary does not say how it was made.", refused.GetProperty("title").GetString());
    }

    [Fact]
    public async Task Pictures_that_are_drawn_together_are_all_done_after_their_last_step()
    {
        await using TestStudio studio = await Start();
        using JobEvents.Watcher watcher = studio.Part<JobEvents>().Watch();
        _ = await Draw(studio, new { kind = "generate", prompt = "a red apple", count = 4, steps = 3, previewEvery = 0 });
        List<JsonElement> told = [];
        while (await watcher.Next(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken) is StudioEvent happened)
            if (happened.Name == "progress")
                told.Add(JsonElement.Parse(happened.Json));
        Assert.Equal(
            [(1, 0, 4, 4), (2, 0, 4, 4), (3, 0, 4, 4)],
            told.Select(step => (Whole(step, "step"), Whole(step, "image"), Whole(step, "images"), Whole(step, "together"))));
        Assert.Equal(0, told[2].GetProperty("etaSeconds").GetDouble());
    }

    [Theory]
    [InlineData("""{"kind": "generate", "prompt": ""}""", 400, "The prompt is empty: say what to draw, for instance \"a red apple\".")]
    [InlineData("""{"kind": "generate", "prompt": "a", "steps": 0}""", 400, "Steps is 0; a number from 1 to 1000 is needed.")]
    [InlineData("""{"kind": "generate", "prompt": "a", "width": 33}""", 400, "Width is 33, but this model draws multiples of 8 pixels: the nearest is 32.")]
    [InlineData("""{"kind": "generate", "prompt": "a", "width": 8192, "height": 8192}""", 413, "8192x8192 pixels are asked for; this server draws pictures of at most 16777216 pixels.")]
    [InlineData("""{"kind": "generate", "prompt": "a", "count": 101}""", 400, "101 pictures are asked for; at most 100 are drawn in one job.")]
    [InlineData("""{"kind": "generate", "prompt": "a", "steps": "many"}""", 400, "'steps' has a value that cannot be read there: \"many\".")]
    [InlineData("""{"kind": "generate", "prompt": "a", "steps": 1e30}""", 400, "'steps' has a value that cannot be read there: 1e30.")]
    [InlineData("""{"kind": "generate", "prompt": "a", "guidanceScale": 1e300}""", 400, "Guidance is 1E+300; a number from 0 to 1000 is needed.")]
    [InlineData("""{"kind": "generate", "prompt": "a", "tiles": true}""", 400, "There is no setting 'tiles' of pictures; GET /openapi/v1.json lists all.")]
    [InlineData("""{"kind": "generate", "prompt": "a", "model": "../../etc/passwd"}""", 400, "There is no model '../../etc/passwd'; there are ")]
    [InlineData("""{"kind": "generate", "prompt": "a", "initPicture": "../studio.db"}""", 400, "initPicture is '../studio.db', which is neither an upload nor a picture of the gallery.")]
    [InlineData("""{"kind": "generate", "prompt": "a", "sampler": "best"}""", 400, "")]
    [InlineData("""{"kind": "generate", "prompt": "a", "loras": [{"name": "x"}]}""", 400, "There is no LoRA 'x'; there are none.")]
    [InlineData("""{"kind": "generate", "prompt": "a", "xyz": {"x": {"axis": "colour", "values": [1]}}}""", 400, "'colour' is nothing that changes along an axis; ")]
    [InlineData("""{"kind": "generate", "prompt": "a", "xyz": {"x": {"axis": "steps", "values": "1-500"}}}""", 400, "The grid has more than 100 pictures, ")]
    public async Task An_order_that_cannot_be_drawn_is_refused_before_it_waits(string body, int status, string sentence)
    {
        await using TestStudio studio = await Start();
        JsonElement problem = await studio.Post("/api/v1/jobs", body, status);
        Assert.StartsWith(sentence, problem.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await studio.Get("/api/v1/jobs")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_forecast_and_the_tokens_of_a_prompt_are_told_before_a_run()
    {
        await using TestStudio studio = await Start();
        JsonElement forecast = await studio.Post("/api/v1/forecast", new { prompt = "a cat", count = 2 });
        Assert.True(forecast.GetProperty("fits").GetBoolean());
        Assert.True(forecast.GetProperty("peakBytes").GetInt64() > 100_000_000);
        string prompt = string.Concat(Enumerable.Repeat("a red apple ", 20));
        JsonElement tokens = await studio.Post("/api/v1/tokens", new { prompt });
        Assert.Equal((60, 22), (tokens.GetProperty("count").GetInt32(), tokens.GetProperty("limit").GetInt32()));
        Assert.Equal((22, 38), (tokens.GetProperty("kept").GetArrayLength(), tokens.GetProperty("cut").GetArrayLength()));
        JsonElement cut = tokens.GetProperty("cut")[0];
        Assert.Equal(cut.GetProperty("text").GetString(), prompt[cut.GetProperty("start").GetInt32()..cut.GetProperty("end").GetInt32()]);
    }

    [Fact]
    public async Task The_words_of_a_style_take_room_from_the_prompt()
    {
        await using TestStudio studio = await Start();
        string prompt = string.Concat(Enumerable.Repeat("a red apple ", 20));
        JsonElement plain = await studio.Post("/api/v1/tokens", new { prompt }), styled = await studio.Post("/api/v1/tokens", new { prompt, style = "noto" });
        int words = (await studio.Post("/api/v1/tokens", new { prompt = " in noto style" })).GetProperty("count").GetInt32();
        Assert.Equal((60, 22 - words), (Whole(styled, "count"), Whole(styled, "limit")));
        Assert.Equal(22 - words, styled.GetProperty("kept").GetArrayLength());
        Assert.Equal(plain.GetProperty("kept")[5].GetRawText(), styled.GetProperty("kept")[5].GetRawText());
        Assert.Equal(plain.GetProperty("kept")[22 - words].GetRawText(), styled.GetProperty("cut")[0].GetRawText());
    }

    [Fact]
    public async Task What_stands_before_the_prompt_in_the_models_template_moves_no_span()
    {
        using TemporaryFolder model = new();
        TinyModel.CopyTo(model);
        File.WriteAllText(model["pareidolia.json"], """{"size": 32, "styles": ["noto"], "default_style": "noto", "template": "an emoji of {prompt} in {style} style"}""");
        await using TestStudio studio = await TestStudio.Start(options => options with { Models = [model.Path] });
        const string Prompt = "a red  apple";
        JsonElement found = await studio.Post("/api/v1/tokens", new { prompt = Prompt });
        Assert.Equal(["a", "red", "apple"], found.GetProperty("kept").EnumerateArray().Select(token => Prompt[Whole(token, "start")..Whole(token, "end")]));
        Assert.True(Whole(found, "limit") < 20);
        Assert.Equal(22, Whole(await studio.Post("/api/v1/tokens", new { prompt = Prompt, style = "none" }), "limit"));
    }

    [Theory]
    [InlineData("plain", false)]
    [InlineData("a1111", true)]
    [InlineData("comfyui", true)]
    public async Task Weights_are_words_in_plain_language_alone(string dialect, bool weighs)
    {
        await using TestStudio studio = await Start();
        const string Prompt = "a (red:1.3) apple";
        JsonElement found = await studio.Post("/api/v1/tokens", new { prompt = Prompt, dialect });
        string[] words = [.. found.GetProperty("kept").EnumerateArray().Select(token => Prompt[Whole(token, "start")..Whole(token, "end")])];
        Assert.True(weighs == words.SequenceEqual(["a", "red", "apple"]), string.Join('|', words));
    }

    [Fact]
    public async Task The_gallery_is_made_anew_from_the_files_when_the_database_is_gone()
    {
        using TemporaryFolder folder = new();
        JsonElement before;
        await using (TestStudio studio = await Start(folder.Path))
        {
            _ = await Draw(studio, new { kind = "generate", prompt = "a red apple", seed = 7, count = 3 });
            before = await studio.Get("/api/v1/pictures");
            string id = before.GetProperty("items")[0].GetProperty("id").GetString()!;
            _ = await studio.Json(HttpMethod.Delete, $"/api/v1/pictures/{id}", null, 204);
            before = await studio.Get("/api/v1/pictures");
        }
        foreach (string file in Directory.GetFiles(folder.Path, "studio.db*"))
            File.Delete(file);
        await using TestStudio restarted = await Start(folder.Path);
        JsonElement after = await restarted.Get("/api/v1/pictures");
        Assert.Equal(2, after.GetProperty("items").GetArrayLength());
        for (int i = 0; i < 2; i++)
            foreach (string field in (string[])["id", "prompt", "seed", "settings", "infotext", "width"])
                Assert.Equal(before.GetProperty("items")[i].GetProperty(field).ToString(), after.GetProperty("items")[i].GetProperty(field).ToString());
    }

    private static Task<TestStudio> Start(string? folder = null) =>
        TestStudio.Start(options => options with { Models = [TinyModel.Lively] }, folder: folder);

    private static async Task<JsonElement> Draw(TestStudio studio, object order, string? kind = null)
    {
        if (kind is not null)
            order = $"{{\"kind\":\"{kind}\",{((JsonElement)order).GetRawText()[1..]}";
        string id = (await studio.Post("/api/v1/jobs", order, 202)).GetProperty("id").GetString()!;
        return await studio.Wait(id, "done");
    }

    private static async Task<Image> Picture(TestStudio studio, JsonElement job, int index = 0) =>
        PngReader.Read(await studio.Client.GetByteArrayAsync(job.GetProperty("pictures")[index].GetProperty("url").GetString()), "the picture");

    private static int Whole(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private static async Task<string> Upload(TestStudio studio, Image image)
    {
        using ByteArrayContent content = new(PngWriter.Encode(image));
        using HttpResponseMessage response = await studio.Client.PostAsync("/api/v1/uploads", content);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;
    }

    private static Image Half()
    {
        Image mask = new(32, 32);
        mask.Pixels.AsSpan(0, mask.Pixels.Length / 2).Fill(255);
        return mask;
    }

    private static async Task AssertSame(TestStudio studio, JsonElement one, JsonElement other)
    {
        JsonElement[] left = [.. one.GetProperty("pictures").EnumerateArray()], right = [.. other.GetProperty("pictures").EnumerateArray()];
        Assert.Equal(left.Length, right.Length);
        for (int i = 0; i < left.Length; i++)
            Assert.Equal(
                await studio.Client.GetByteArrayAsync(left[i].GetProperty("url").GetString()),
                await studio.Client.GetByteArrayAsync(right[i].GetProperty("url").GetString()));
    }
}
