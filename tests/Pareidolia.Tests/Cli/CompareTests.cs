using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Tests.Tensors;
using Pareidolia.Tests.Training;

namespace Pareidolia.Tests.Cli;

/// <summary><c>pareidolia compare</c> and <c>pareidolia vary</c>. The first tells how much memory the process took, so they run alone.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class CompareTests : IDisposable
{
    private readonly CommandLine _cli = new();
    private readonly TemporaryFolder _runs = new();

    [Fact]
    public void Every_model_below_a_folder_draws_every_prompt_and_tells_what_it_took()
    {
        File.WriteAllText(_cli["prompts.txt"], "a red disc\na blue square\n");
        TinyRuns.Run(_runs, "pixels", "whole");
        Directory.CreateDirectory(_runs["other"]);
        File.WriteAllText(_runs["other/model_index.json"], """{"_class_name": "OtherPipeline", "generator": ["pareidolia", "Other"]}""");
        Ran ran = CommandLine.Run("compare", _runs.Path, TinyModel.Folder, "--prompts", _cli["prompts.txt"], "--seed", "4", "-o", _cli["sheet.png"], "--json");
        Assert.Equal(0, ran.Code);
        Assert.Contains("has no UNet", ran.Error, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(ran.Output);
        JsonElement[] models = [.. report.RootElement.GetProperty("models").EnumerateArray()];
        Assert.Equal(["whole", Path.GetFileName(TinyModel.Folder)], models.Select(model => model.GetProperty("name").GetString()));
        Assert.All(models, model => Assert.True(model.GetProperty("parameters").GetInt64() > 1000));
        Assert.All(models, model => Assert.True(model.GetProperty("peak_bytes").GetInt64() > 10_000));
        Assert.Equal([16, 32], models.Select(model => model.GetProperty("width").GetInt32()));
        Assert.True(models[0].TryGetProperty("training_seconds", out _));
        Image sheet = ImageFile.Read(_cli["sheet.png"]);
        Assert.True(sheet.Width > 2 * 128 && sheet.Height > 2 * 128, $"the sheet has {sheet.Width}x{sheet.Height} pixels");
    }

    [Fact]
    public void Fidelity_is_measured_where_true_pictures_are_named()
    {
        File.WriteAllText(_cli["prompts.txt"], "a red disc\n");
        foreach (int i in Enumerable.Range(0, 3))
        {
            PngWriter.Write(_runs[$"truth-{i}.png"], new Image(20, 20, 3, [.. Enumerable.Repeat((byte)(40 * i), 1200)]));
            File.WriteAllText(_runs[$"truth-{i}.txt"], $"grey {i}");
        }
        Ran ran = CommandLine.Run("compare", TinyModel.Folder, "--prompts", _cli["prompts.txt"], "--truth", ".", "--data", _runs.Path, "-o", _cli["sheet.png"], "--json");
        Assert.Equal(0, ran.Code);
        using JsonDocument report = JsonDocument.Parse(ran.Output);
        JsonElement fidelity = report.RootElement.GetProperty("models")[0].GetProperty("fidelity");
        Assert.Equal((3, 1.0), (fidelity.GetProperty("pictures").GetInt32(), fidelity.GetProperty("top5").GetDouble()));
        Assert.Equal(2, CommandLine.Run("compare", TinyModel.Folder, "--truth", "no-*.tar", "--data", _runs.Path, "-o", _cli["sheet.png"]).Code);
    }

    [Fact]
    public void A_folder_without_models_is_refused()
    {
        Ran ran = CommandLine.Run("compare", _runs.Path, "-o", _cli["sheet.png"]);
        Assert.Equal(2, ran.Code);
        Assert.Contains("holds no model", ran.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain("sheet.png", _cli.Files);
    }

    [Fact]
    public void Variations_and_the_way_between_are_written_with_a_grid()
    {
        string model = TinyRuns.Model(_runs, "prior");
        PngWriter.Write(_cli["one.png"], new Image(20, 20, 3));
        PngWriter.Write(_cli["two.png"], new Image(8, 8, 3, [.. Enumerable.Repeat((byte)200, 192)]));
        Ran varied = CommandLine.Run("vary", _cli["one.png"], "--model", model, "--count", "2", "--seed", "3", "--grid", "-o", _cli["varied"]);
        Assert.Equal((0, 4), (varied.Code, varied.Lines.Length));
        Assert.Contains("  seed 4  3 steps", varied.Lines[1], StringComparison.Ordinal);
        string made = ImageFile.Read(varied.Lines[1].Split("  ")[0]).Texts[Infotext.Key];
        Assert.Contains("Seed: 4", made, StringComparison.Ordinal);
        Assert.Contains("Variation of: one.png", made, StringComparison.Ordinal);
        Ran between = CommandLine.Run("vary", _cli["one.png"], "--to", _cli["two.png"], "--model", model, "--count", "3", "--seed", "3", "-o", _cli["between"]);
        Assert.Equal((0, 4), (between.Code, between.Lines.Length));
        Assert.Equal(6, _cli.Files.Count(file => file.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("draws from texts", "one.png", "--model", "{model}")]
    [InlineData("no-such.png", "no-such.png", "--model", "{model}")]
    [InlineData("Count is 0", "one.png", "--model", "{model}", "--count", "0")]
    public void Vary_refuses(string message, string picture, params string[] rest)
    {
        PngWriter.Write(_cli["one.png"], new Image(20, 20, 3));
        Ran ran = CommandLine.Run(["vary", _cli[picture], .. rest.Select(word => word.Replace("{model}", TinyModel.Folder, StringComparison.Ordinal)), "-o", _cli["out"]]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.ErrorLine, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _cli.Dispose();
        _runs.Dispose();
    }
}
