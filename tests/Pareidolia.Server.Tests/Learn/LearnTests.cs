using System.Text.Json;
using Pareidolia.Cli;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tests;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Tests.Training;
using Pareidolia.Tests.Training.Gans;
using Pareidolia.Training;
using Pareidolia.Training.Data;

namespace Pareidolia.Server.Tests.Learn;

/// <summary>Each network of the story is tried out by itself, as small as it can be trained in a test.</summary>
public sealed class LearnTests : IDisposable
{
    private readonly TemporaryFolder _trained = new();
    private readonly TemporaryFolder _texts = new();

    public void Dispose()
    {
        _trained.Dispose();
        _texts.Dispose();
    }

    [Fact]
    public async Task What_is_not_trained_says_how_and_what_is_damaged_is_not_there()
    {
        Directory.CreateDirectory(_trained["broken"]);
        File.WriteAllText(_trained["broken/config.json"], "{");
        await using TestStudio studio = await Start();
        JsonElement[] lessons = [.. (await studio.Get("/api/v1/learn")).EnumerateArray()];
        Assert.Equal(["words", "text", "clip", "gan", "noise", "unclip"], lessons.Select(lesson => lesson.GetProperty("name").GetString()));
        string own = Path.GetFileName(TinyModel.Lively);
        Assert.Equal([[], [], [own], [], [own], []], lessons.Select(Models));
        Assert.All(lessons, lesson => Assert.StartsWith("pareidolia train ", lesson.GetProperty("how").GetString(), StringComparison.Ordinal));
        foreach ((string kind, object order) in ((string, object)[])
            [("words", new { kind = "fill", text = "[MASK]" }), ("text", new { kind = "complete", text = "a" }), ("gan", new { kind = "walk", from = "a" })])
            Assert.StartsWith($"No network of the lesson '{kind}' is here yet: pareidolia train ", await Refused(studio, order), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("words")]
    public async Task Hidden_words_are_guessed(string kind)
    {
        Train(kind);
        await using TestStudio studio = await Start();
        JsonElement job = await Done(studio, new { kind = "fill", text = "the dog [MASK] a [MASK].", count = 3 });
        Assert.Equal(kind, job.GetProperty("settings").GetProperty("model").GetString());
        using WordGuesser guesser = WordGuesser.Load(_trained[$"{kind}/model"]);
        Assert.Equal(
            guesser.Fill("the dog [MASK] a [MASK].", 3).Select(place => place.Select(guess => guess.Word)),
            job.GetProperty("result").GetProperty("places").EnumerateArray().Select(place => place.EnumerateArray().Select(guess => guess.GetProperty("word").GetString()!)));
        Assert.StartsWith("The text has no [MASK]", await Refused(studio, new { kind = "fill", text = "nothing" }), StringComparison.Ordinal);
        Assert.StartsWith("count is 0;", await Refused(studio, new { kind = "fill", text = "[MASK]", count = 0 }), StringComparison.Ordinal);
        Assert.StartsWith("There is no model '../x' for the lesson 'words'", await Refused(studio, new { kind = "fill", text = "[MASK]", model = "../x" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_studio_has_trained_itself_writes_a_text_on()
    {
        _ = TinyText.Write(_texts, "gpt");
        await using TestStudio studio = await TestStudio.Start(options => options with { Recipes = _texts.Path, TrainingData = [_texts.Path], Trainers = TrainCommand.Makers });
        JsonElement training = await studio.Post("/api/v1/jobs", new { kind = "train", recipe = "gpt" }, 202);
        string run = (await studio.Wait(training.GetProperty("id").GetString()!, "done", 120)).GetProperty("id").GetString()!;
        Assert.Equal([$"gpt {run[^6..]}"], Models((await studio.Get("/api/v1/learn"))[1]));
        object order = new { kind = "complete", text = "the dog", tokens = 12, seed = 3 };
        string first = Written(await Done(studio, order)), again = Written(await Done(studio, order));
        Assert.NotEmpty(first);
        Assert.Equal(first, again);
        Assert.NotEqual(first, Written(await Done(studio, new { kind = "complete", text = "the dog", tokens = 12, seed = 4 })));
        Assert.StartsWith("The temperature is -1;", await Refused(studio, new { kind = "complete", text = "a", temperature = -1 }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gan_is_walked_through_and_each_station_is_a_frame()
    {
        string model = TinyGans.Trained(_trained, TinyGans.Dcgan, "digits");
        await using TestStudio studio = await Start();
        JsonElement job = await Done(studio, new { kind = "walk", from = "a red disc", to = "a blue square", seed = 3, toSeed = 8, steps = 4 });
        JsonElement picture = job.GetProperty("pictures")[0];
        Assert.Equal("a red disc → a blue square", picture.GetProperty("prompt").GetString());
        JsonElement frames = (await studio.Get($"/api/v1/pictures/{picture.GetProperty("id").GetString()}/film")).GetProperty("frames");
        Assert.Equal(4, frames.GetArrayLength());
        using GanPipeline pipeline = GanPipeline.Load(model);
        Image last = PngReader.Read(await studio.Client.GetByteArrayAsync(frames[3].GetString()), "the last station");
        Assert.Equal(pipeline.Generate(["a blue square"], [8])[0].Pixels, last.Pixels);
        await AssertExplained(studio, picture, "walk");
        Assert.StartsWith("steps is 1;", await Refused(studio, new { kind = "walk", from = "a", steps = 1 }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_clip_sees_in_a_picture_is_drawn_anew()
    {
        _ = TinyRuns.Run(_trained, "decoder", "decoder");
        await using TestStudio studio = await Start();
        string picture = await Picture(studio);
        JsonElement job = await Done(studio, new { kind = "vary", picture, count = 3, seed = 5 });
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(_trained["decoder/model"]);
        Image seen = PngReader.Read(await studio.Client.GetByteArrayAsync($"/api/v1/pictures/{picture}/file"), "the picture");
        IReadOnlyList<Image> expected = new PictureVariations(pipeline).Of(seen, pipeline.Defaults with { Seed = 5, Count = 3 });
        for (int i = 0; i < expected.Count; i++)
            Assert.Equal(expected[i].Pixels, PngReader.Read(await studio.Client.GetByteArrayAsync(job.GetProperty("pictures")[i].GetProperty("url").GetString()), "one").Pixels);
        await AssertExplained(studio, job.GetProperty("pictures")[0], "vary");
        Assert.StartsWith("picture is 'x',", await Refused(studio, new { kind = "vary", picture = "x" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Categories_are_named_after_training()
    {
        await using TestStudio studio = await Start();
        JsonElement job = await Done(studio, new { kind = "classify", picture = await Picture(studio), categories = new[] { "a cat", "a red apple" } });
        JsonElement[] categories = [.. job.GetProperty("result").GetProperty("categories").EnumerateArray()];
        Assert.Equal(["a cat", "a red apple"], categories.Select(category => category.GetProperty("category").GetString()));
        Assert.Equal(1, categories.Sum(category => category.GetProperty("probability").GetDouble()), 4);
    }

    // Its settings are no order: nothing draws it again, and nobody takes them for one.
    private static async Task AssertExplained(TestStudio studio, JsonElement picture, string kind)
    {
        Assert.Equal(kind, picture.GetProperty("settings").GetProperty("kind").GetString());
        string id = picture.GetProperty("id").GetString()!;
        _ = await Done(studio, new { kind = "explain", picture = id });
        JsonElement report = await studio.Get($"/api/v1/pictures/{id}/explain");
        Assert.StartsWith("It was not drawn from one prompt", report.GetProperty("whyNoWords").GetString(), StringComparison.Ordinal);
        Assert.InRange(report.GetProperty("whole").GetDouble(), -1, 1);
        using ByteArrayContent file = new(await studio.Client.GetByteArrayAsync($"/api/v1/pictures/{id}/file"));
        using HttpResponseMessage found = await studio.Client.PostAsync("/api/v1/settings-of", file);
        Assert.NotEqual("pareidolia", JsonElement.Parse(await found.Content.ReadAsStringAsync()).GetProperty("source").GetString());
    }

    private Task<TestStudio> Start() => TestStudio.Start(options => options with { Models = [TinyModel.Lively], Trained = [_trained.Path] });

    private void Train(string kind)
    {
        using Trainer trainer = TrainCommand.Makers[kind](Recipe.Load(TinyText.Write(_texts, kind)), DataRoot.Resolve(_texts.Path));
        using TrainingLoop loop = new(trainer, _trained[kind]);
        Assert.NotEmpty(loop.Run().ToList());
    }

    private static async Task<string> Picture(TestStudio studio) =>
        (await Done(studio, new { kind = "generate", prompt = "a red apple", seed = 7 })).GetProperty("pictures")[0].GetProperty("id").GetString()!;

    private static async Task<JsonElement> Done(TestStudio studio, object order) =>
        await studio.Wait((await studio.Post("/api/v1/jobs", order, 202)).GetProperty("id").GetString()!, "done");

    private static async Task<string> Refused(TestStudio studio, object order) => (await studio.Post("/api/v1/jobs", order, 400)).GetProperty("title").GetString()!;

    private static string[] Models(JsonElement lesson) => [.. lesson.GetProperty("models").EnumerateArray().Select(model => model.GetString()!)];

    private static string Written(JsonElement job) => job.GetProperty("result").GetProperty("text").GetString()!;
}
