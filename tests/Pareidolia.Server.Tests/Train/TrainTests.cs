using System.Text.Json;
using Pareidolia.Cli;
using Pareidolia.Imaging;
using Pareidolia.Server.Tests.Jobs;
using Pareidolia.Tests;
using Pareidolia.Tests.Training;

namespace Pareidolia.Server.Tests.Train;

/// <summary>Training through the queue.</summary>
public sealed class TrainTests
{
    [Fact]
    public async Task A_recipe_is_trained_its_loss_is_told_and_a_paused_run_ends_in_the_same_bytes()
    {
        using TemporaryFolder data = new();
        _ = TinyData.Write(data, TinyData.Autoencoder);
        await using TestStudio studio = await TestStudio.Start(options => options with { Recipes = data.Path, TrainingData = [data.Path], Trainers = TrainCommand.Makers });
        Assert.Equal("recipe", (await studio.Get("/api/v1/recipes"))[0].GetProperty("name").GetString());
        string whole = await Submit(studio), parts = await Submit(studio);
        _ = await studio.Wait(whole, "done", 120);
        _ = await studio.Post($"/api/v1/jobs/{parts}/pause", new { });
        _ = await studio.Wait(parts, "paused");
        _ = await studio.Post($"/api/v1/jobs/{parts}/resume", new { });
        _ = await studio.Wait(parts, "done", 120);
        Assert.True((await studio.Get($"/api/v1/jobs/{parts}/metrics")).GetArrayLength() >= 12);
        Assert.Equal(Model(studio, whole), Model(studio, parts));
        Assert.True(PngReader.IsPng(await studio.Client.GetByteArrayAsync($"/api/v1/jobs/{whole}/sample")));
    }

    [Fact]
    public async Task The_newest_sample_of_a_run_stays_when_it_has_ended()
    {
        CountingJobs counting = new();
        using TemporaryFolder recipes = new();
        File.WriteAllText(recipes["recipe.json"], TinyData.Autoencoder);
        await using TestStudio studio = await TestStudio.Start(
            options => options with { Recipes = recipes.Path, TrainingData = [recipes.Path], Trainers = TrainCommand.Makers }, counting.AddTo);
        string run = await Submit(studio);
        _ = await studio.Wait(run, "failed");
        JsonElement none = await studio.Get($"/api/v1/jobs/{run}/sample", 404);
        Assert.Equal("The run has drawn no sample yet.", none.GetProperty("title").GetString());
        string folder = Directory.CreateDirectory(Path.Combine(studio.Part<Storage.DataFolder>().Runs, run)).FullName;
        foreach (int step in (int[])[900, 1000, 100])
            PngWriter.Write(Path.Combine(folder, $"sample-{step:D6}.png"), new Image(step / 100, 1));
        Assert.Equal(10, PngReader.Read(await studio.Client.GetByteArrayAsync($"/api/v1/jobs/{run}/sample"), "the sample").Width);
        string other = (await studio.Post("/api/v1/jobs", new { kind = "count", steps = 0 }, 202)).GetProperty("id").GetString()!;
        Assert.StartsWith("A job of kind 'count' samples nothing", (await studio.Get($"/api/v1/jobs/{other}/sample", 404)).GetProperty("title").GetString(), StringComparison.Ordinal);
        foreach (string path in (string[])["..", "..%2F..", $"..%2F{run}", $"{run}%2F..%2F{run}"])
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await studio.Client.GetAsync($"/api/v1/jobs/{path}/sample")).StatusCode);
    }

    [Fact]
    public async Task A_recipe_that_is_not_there_is_refused()
    {
        await using TestStudio studio = await TestStudio.Start();
        JsonElement problem = await studio.Post("/api/v1/jobs", new { kind = "train", recipe = "../../etc/passwd" }, 400);
        Assert.StartsWith("There is no recipe '../../etc/passwd'", problem.GetProperty("title").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_data_is_one_of_the_servers_folders_by_name()
    {
        using TemporaryFolder recipes = new(), none = new(), data = new();
        _ = TinyData.Write(data, TinyData.Autoencoder);
        File.WriteAllText(recipes["recipe.json"], TinyData.Autoencoder);
        await using TestStudio studio = await TestStudio.Start(
            options => options with { Recipes = recipes.Path, TrainingData = [none.Path, data.Path], Trainers = TrainCommand.Makers });
        string id = Path.GetFileName(data.Path), first = Path.GetFileName(none.Path);
        JsonElement folders = await studio.Get("/api/v1/data");
        Assert.Equal([first, id], folders.EnumerateArray().Select(folder => folder.GetProperty("id").GetString()));
        Assert.Contains("tiny.tar", folders[1].GetProperty("contents").EnumerateArray().Select(name => name.GetString()));
        foreach (string path in (string[])[data.Path, $"../{id}", "", "/"])
            Assert.StartsWith($"There is no data '{path}'", (await studio.Post("/api/v1/jobs", new { kind = "train", recipe = "recipe", data = path }, 400))
                .GetProperty("title").GetString(), StringComparison.Ordinal);
        JsonElement usual = await studio.Post("/api/v1/jobs", new { kind = "train", recipe = "recipe" }, 202);
        Assert.Equal(first, usual.GetProperty("settings").GetProperty("data").GetString());
        Assert.Contains("tiny.tar", (await studio.Wait(usual.GetProperty("id").GetString()!, "failed")).GetProperty("error").GetString(), StringComparison.Ordinal);
        JsonElement named = await studio.Post("/api/v1/jobs", new { kind = "train", recipe = "recipe", data = id }, 202);
        _ = await studio.Wait(named.GetProperty("id").GetString()!, "done", 120);
    }

    private static async Task<string> Submit(TestStudio studio) =>
        (await studio.Post("/api/v1/jobs", new { kind = "train", recipe = "recipe" }, 202)).GetProperty("id").GetString()!;

    private static byte[] Model(TestStudio studio, string job) =>
        File.ReadAllBytes(Directory.EnumerateFiles(Path.Combine(studio.Part<Storage.DataFolder>().Runs, job, "model"), "*.safetensors", SearchOption.AllDirectories).First());
}
