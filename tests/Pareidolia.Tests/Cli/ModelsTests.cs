using System.Diagnostics;
using System.Text.Json;
using Pareidolia.Tests.Hub;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Tests.Weights.Checkpoints;

namespace Pareidolia.Tests.Cli;

/// <summary>Pulling, listing, drawing with and removing a model, in processes that know their hub by the environment.</summary>
public sealed class ModelsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TinyHub _hub = new();

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_model_is_pulled_listed_drawn_with_and_removed()
    {
        foreach (string file in Directory.GetFiles(TinyModel.Folder, "*", SearchOption.AllDirectories))
            _hub.Files[Path.GetRelativePath(TinyModel.Folder, file).Replace('\\', '/')] = File.ReadAllBytes(file);
        Assert.Contains("no models in", Run("models", "list").Output, StringComparison.Ordinal);
        Assert.Contains("pareidolia models pull someone/tiny", Run("generate", "a cat", "--model", "someone/tiny").ErrorLine, StringComparison.Ordinal);
        Ran pulled = Run("models", "pull", "someone/tiny", "--include", "*");
        Assert.Equal((0, Path.Combine(_folder["hub"], "models--someone--tiny", "snapshots", TinyHub.Commit)), (pulled.Code, pulled.Lines[0]));
        Assert.Matches(@"\nsomeone/tiny +main +\d", Run("models", "list").Output);
        JsonElement list = JsonDocument.Parse(Run("models", "list", "--json").Output).RootElement;
        Assert.Equal("someone/tiny", list.GetProperty("models")[0].GetProperty("name").GetString());
        Ran drawn = Run("generate", "a cat", "--model", "someone/tiny", "-o", _folder["cat.png"], "--seed", "1");
        Assert.True(drawn.Code == 0, drawn.Error);
        Assert.True(File.Exists(_folder["cat.png"]));
        // Its vocabulary serves a single file.
        using GoldenCheckpoint checkpoint = new("sd-single-file");
        Ran single = Run("generate", "a cat", "--model", checkpoint.File, "--config", checkpoint.SameWeights!, "--size", "64", "--steps", "2", "-o", _folder["single.png"]);
        Assert.DoesNotContain("has no vocabulary", single.Error, StringComparison.Ordinal);
        Assert.Contains("freed", Run("models", "remove", "someone/tiny").Output, StringComparison.Ordinal);
        Assert.Equal(2, Run("models", "remove", "someone/tiny").Code);
    }

    [Theory]
    [InlineData("is no model of a hub", "models", "pull", "tiny")]
    [InlineData("has no revision 'v9'", "models", "pull", "someone/tiny", "--revision", "v9")]
    public void Mistakes_get_one_sentence(string why, params string[] arguments)
    {
        _hub.Refusal = (404, "RevisionNotFound");
        Ran ran = Run(arguments);
        Assert.Equal(2, ran.Code);
        Assert.Contains(why, ran.ErrorLine, StringComparison.Ordinal);
    }

    private Ran Run(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pareidolia.Cli.dll"), .. arguments])
        {
            WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        (start.Environment["HF_ENDPOINT"], start.Environment["HF_HOME"]) = (_hub.Address.ToString(), _folder.Path);
        foreach (string other in (string[])["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE"])
            _ = start.Environment.Remove(other);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new Ran(process.ExitCode, output.GetAwaiter().GetResult(), error);
    }
}
