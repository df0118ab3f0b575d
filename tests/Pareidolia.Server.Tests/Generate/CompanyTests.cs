using System.Text.Json;
using System.Text.RegularExpressions;
using Pareidolia.Adapters;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Server.Jobs;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Weights;

namespace Pareidolia.Server.Tests.Generate;

/// <summary>Orders with a refiner and with ControlNets: the library's pictures, through the queue and its interruptions.</summary>
public sealed class CompanyTests
{
    [Fact]
    public async Task A_refiner_takes_over_as_in_the_library()
    {
        await using TestStudio studio = await TinyCompany.Start();
        JsonElement job = await Draw(studio, new { kind = "generate", prompt = "a red apple", seed = 7, steps = 4, refiner = new { model = TinyCompany.Refiner, switchAt = 0.5 } });
        Image picture = await Picture(studio, job);
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(TinyModel.Lively), refiner = StableDiffusionPipeline.Load(TinyCompany.RefinerPath);
        GenerateSettings settings = model.Defaults with { Prompt = "a red apple", Seed = 7, Steps = 4, Refiner = new RefinerHandOver(refiner, 0.5) };
        Assert.Equal(model.Generate(settings)[0].Pixels, picture.Pixels);
        Assert.NotEqual(model.Generate(settings with { Refiner = null })[0].Pixels, picture.Pixels);
        Assert.Equal("refiner", Infotext.Parse(picture.Texts[Infotext.Key]).Fields["Refiner"]);
        Assert.Equal("0.5", Infotext.Parse(picture.Texts[Infotext.Key]).Fields["Refiner switch at"]);
        JsonElement again = await Draw(studio, $"{{\"kind\":\"generate\",{picture.Texts["pareidolia"][1..]}");
        Assert.Equal(picture.Pixels, (await Picture(studio, again)).Pixels);
    }

    [Fact]
    public async Task Where_nothing_is_said_it_takes_over_after_four_fifths()
    {
        await using TestStudio studio = await TinyCompany.Start();
        JsonElement job = await Draw(studio, new { kind = "generate", prompt = "a", seed = 7, refiner = new { model = "REFINER" } });
        JsonElement refiner = job.GetProperty("settings").GetProperty("refiner");
        Assert.Equal((TinyCompany.Refiner, 0.8), (refiner.GetProperty("model").GetString(), refiner.GetProperty("switchAt").GetDouble()));
    }

    [Fact]
    public async Task ControlNets_look_at_pictures_as_in_the_library()
    {
        await using TestStudio studio = await TinyCompany.Start();
        Assert.Equal(["autoencoder", "edges", "wider"], (await studio.Get("/api/v1/controlnets")).EnumerateArray().Select(name => name.GetString()));
        string wide = await Upload(studio, TinyCompany.Edges(64)), square = await Upload(studio, TinyCompany.Edges());
        object[] controls = [new { model = "edges", picture = wide, strength = 0.75, end = 0.5, resizeMode = "crop" }, new { model = "edges", picture = square }];
        JsonElement job = await Draw(studio, new { kind = "generate", prompt = "a cat", seed = 7, steps = 4, count = 2, controls });
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(
            ModelSource.Open(TinyModel.Lively), adapters: new AdapterChoice { ControlNets = [TinyCompany.Control, TinyCompany.Control] });
        GenerateSettings settings = model.Defaults with
        {
            Prompt = "a cat",
            Seed = 7,
            Steps = 4,
            Count = 2,
            Controls = [new ControlGuide(TinyCompany.Edges(64), 0.75, 0, 0.5) { Fit = FitMode.Crop }, new ControlGuide(TinyCompany.Edges())],
        };
        IReadOnlyList<Image> expected = model.Generate(settings);
        for (int i = 0; i < 2; i++)
        {
            Image picture = await Picture(studio, job, i);
            Assert.Equal(expected[i].Pixels, picture.Pixels);
            // The server also says which file it was.
            Assert.Equal(expected[i].Texts[Infotext.Key], Regex.Replace(picture.Texts[Infotext.Key], "Model hash: [0-9a-f]{10}, ", ""));
        }
        Assert.NotEqual(expected[0].Pixels, model.Generate(settings with { Controls = [] })[0].Pixels);
    }

    [Fact]
    public async Task A_run_of_all_three_that_was_interrupted_or_cancelled_ends_in_the_same_bytes()
    {
        await using TestStudio studio = await TinyCompany.Start();
        string edges = await Upload(studio, TinyCompany.Edges());
        object order = new
        {
            kind = "generate",
            prompt = "a red apple",
            seed = 3,
            steps = 100,
            sampler = "euler_ancestral",
            refiner = new { model = TinyCompany.Refiner, switchAt = 0.5 },
            controls = new[] { new { model = "edges", picture = edges } },
        };
        byte[] undisturbed = await File(studio, await Draw(studio, order));
        foreach ((string stop, string state, string go) in ((string, string, string)[])[("pause", "paused", "resume"), ("cancel", "cancelled", "retry")])
            foreach (int step in (int[])[20, 80])
            {
                string id = (await studio.Post("/api/v1/jobs", order, 202)).GetProperty("id").GetString()!;
                await Reach(studio, step);
                _ = await studio.Post($"/api/v1/jobs/{id}/{stop}", new { });
                _ = await studio.Wait(id, state);
                _ = await studio.Post($"/api/v1/jobs/{id}/{go}", new { });
                JsonElement job = await studio.Wait(id, "done");
                Assert.Equal(PngReader.Read(undisturbed, "one").Pixels, (await Picture(studio, job)).Pixels);
                Assert.Equal(undisturbed, await File(studio, job));
            }
    }

    [Fact]
    public async Task A_second_pass_has_both_too()
    {
        await using TestStudio studio = await TinyCompany.Start();
        string edges = await Upload(studio, TinyCompany.Edges());
        JsonElement job = await Draw(studio, new
        {
            kind = "generate",
            prompt = "a cat",
            seed = 7,
            steps = 3,
            hires = new { scale = 2, denoise = 0.9 },
            refiner = new { model = TinyCompany.Refiner, switchAt = 0.8 },
            controls = new[] { new { model = "edges", picture = edges } },
        });
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(ModelSource.Open(TinyModel.Lively), adapters: new AdapterChoice { ControlNets = [TinyCompany.Control] });
        using StableDiffusionPipeline refiner = StableDiffusionPipeline.Load(TinyCompany.RefinerPath);
        Image expected = model.Generate(model.Defaults with
        {
            Prompt = "a cat",
            Seed = 7,
            Steps = 3,
            Hires = new HiresFix { Strength = 0.9 },
            Refiner = new RefinerHandOver(refiner),
            Controls = [new ControlGuide(TinyCompany.Edges())],
        })[0];
        Assert.Equal(expected.Pixels, (await Picture(studio, job)).Pixels);
    }

    [Fact]
    public async Task A_forecast_counts_them()
    {
        await using TestStudio studio = await TinyCompany.Start();
        string edges = await Upload(studio, TinyCompany.Edges());
        long alone = (await studio.Post("/api/v1/forecast", new { prompt = "a" })).GetProperty("peakBytes").GetInt64();
        long refined = (await studio.Post("/api/v1/forecast", new { prompt = "a", refiner = new { model = TinyCompany.Refiner } })).GetProperty("peakBytes").GetInt64();
        long looked = (await studio.Post("/api/v1/forecast", new { prompt = "a", controls = new[] { new { model = "edges", picture = edges } } })).GetProperty("peakBytes").GetInt64();
        Assert.True(refined > alone, $"{refined} with a refiner, {alone} without");
        Assert.True(looked > alone, $"{looked} with a ControlNet, {alone} without");
    }

    [Theory]
    [InlineData("""{"refiner": {"model": "none"}}""", "There is no model 'none'; there are ", "refiner.model")]
    [InlineData("""{"refiner": {}}""", "refiner has no 'model', the name of the one that takes over.", "refiner.model")]
    [InlineData("""{"refiner": {"model": "refiner", "at": 1}}""", "There is no setting 'refiner.at' of pictures; ", "refiner.at")]
    [InlineData("""{"refiner": {"model": "refiner", "switchAt": 1.5}}""", "The share of the run before the refiner is 1.5; a number from 0 to 1 is needed.", null)]
    [InlineData("""{"refiner": {"model": "other"}}""", "The refiner 'other' works on 4 channels of 4 pixels a cell, ", null)]
    [InlineData("""{"model": "refiner", "refiner": {"model": "refiner"}}""", "The refiner is the model itself; load another one.", null)]
    [InlineData("""{"controls": [{"picture": "PICTURE"}]}""", "There is no ControlNet ''; there are autoencoder, edges, wider.", "controls[0].model")]
    [InlineData("""{"controls": [null]}""", "There is no ControlNet ''; there are autoencoder, edges, wider.", "controls[0].model")]
    [InlineData("""{"controls": [{"model": "../edges", "picture": "PICTURE"}]}""", "There is no ControlNet '../edges'; there are ", "controls[0].model")]
    [InlineData("""{"controls": [{"model": "edges"}]}""", "controls[0] has no 'picture', the id of what the network looks at.", "controls[0].picture")]
    [InlineData("""{"controls": [{"model": "edges", "picture": "../studio.db"}]}""", "controls[0].picture is '../studio.db', which is neither an upload nor a picture of the gallery.", "controls[0].picture")]
    [InlineData("""{"controls": [{"model": "edges", "picture": "PICTURE", "strength": 11}]}""", "controls[0].strength is 11; a number from 0 to 10 is needed.", "controls[0].strength")]
    [InlineData("""{"controls": [{"model": "edges", "picture": "PICTURE", "end": -0.1}]}""", "controls[0].end is -0.1; a number from 0 to 1 is needed.", "controls[0].end")]
    [InlineData("""{"controls": [{"model": "edges", "picture": "PICTURE", "start": 0.6, "end": 0.5}]}""", "The ControlNet speaks from 0.6 to 0.5 of the steps; ", null)]
    [InlineData("""{"controls": [{"model": "edges", "picture": "PICTURE", "resizeMode": "tile"}]}""", "controls[0].resizeMode is 'tile'; there are stretch, crop, fill.", "controls[0].resizeMode")]
    [InlineData("""{"controls": [{"model": "edges", "picture": "PICTURE", "module": "canny"}]}""", "There is no setting 'controls[0].module' of pictures; ", "controls[0].module")]
    [InlineData("""{"controls": [{"model": "wider", "picture": "PICTURE"}]}""", "The ControlNet 'wider.safetensors' does not fit this model: ", "controls")]
    [InlineData("""{"controls": [{"model": "autoencoder", "picture": "PICTURE"}]}""", "The ControlNet 'autoencoder.safetensors' does not fit this model: 'autoencoder.safetensors' is ", "controls")]
    public async Task What_cannot_draw_with_the_model_is_refused_before_it_waits(string part, string sentence, string? field)
    {
        await using TestStudio studio = await TinyCompany.Start();
        string edges = await Upload(studio, TinyCompany.Edges());
        JsonElement problem = await studio.Post("/api/v1/jobs", $"{{\"kind\": \"generate\", \"prompt\": \"a\", {part.Replace("PICTURE", edges, StringComparison.Ordinal)[1..]}", 400);
        Assert.StartsWith(sentence, problem.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(TinyCompany.Folder, problem.ToString(), StringComparison.Ordinal);
        if (field is not null)
            Assert.Contains($"\"{field}\"", problem.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, (await studio.Get("/api/v1/jobs")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task An_infotext_tells_of_both()
    {
        await using TestStudio studio = await TinyCompany.Start();
        Image image = new(8, 8);
        image.Texts[Infotext.Key] = "a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 512x512, Model: one, Refiner: two [0123456789], Refiner switch at: 0.7, "
            + "ControlNet 0: \"Module: canny, Model: control_v11p_sd15_canny [d14c016b], Weight: 0.5, Resize Mode: Crop and Resize, Processor Res: 512, Threshold A: 100.0, "
            + "Threshold B: 200.0, Guidance Start: 0.1, Guidance End: 0.9, Pixel Perfect: False, Control Mode: Balanced\", Version: v1.10.1";
        using ByteArrayContent content = new(PngWriter.Encode(image));
        using HttpResponseMessage response = await studio.Client.PostAsync("/api/v1/settings-of", content);
        JsonElement settings = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("settings");
        Assert.Equal("""{"model":"two [0123456789]","switchAt":0.7}""", settings.GetProperty("refiner").GetRawText());
        Assert.Equal("""[{"model":"control_v11p_sd15_canny [d14c016b]","strength":0.5,"start":0.1,"end":0.9,"resizeMode":"crop"}]""", settings.GetProperty("controls").GetRawText());
    }

    private static async Task Reach(TestStudio studio, int step)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        while (studio.Part<JobQueue>().Running?.Progress is not { } progress || progress.Step < step)
        {
            Assert.True(DateTime.UtcNow < end, $"Step {step} did not come.");
            await Task.Delay(1);
        }
    }

    private static async Task<JsonElement> Draw(TestStudio studio, object order) =>
        await studio.Wait((await studio.Post("/api/v1/jobs", order, 202)).GetProperty("id").GetString()!, "done");

    private static Task<byte[]> File(TestStudio studio, JsonElement job, int index = 0) =>
        studio.Client.GetByteArrayAsync(job.GetProperty("pictures")[index].GetProperty("url").GetString());

    private static async Task<Image> Picture(TestStudio studio, JsonElement job, int index = 0) => PngReader.Read(await File(studio, job, index), "the picture");

    private static async Task<string> Upload(TestStudio studio, Image image)
    {
        using ByteArrayContent content = new(PngWriter.Encode(image));
        using HttpResponseMessage response = await studio.Client.PostAsync("/api/v1/uploads", content);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;
    }
}
