using Pareidolia.Imaging;
using Pareidolia.Tests.Weights.Checkpoints;

namespace Pareidolia.Tests.Cli;

/// <summary>A single file draws what the folder with the same weights draws.</summary>
public sealed class SingleFileTests
{
    private static readonly string[] s_settings = ["--seed", "7", "--steps", "3", "--size", "64"];

    [Fact]
    public void The_same_picture_as_from_the_folder()
    {
        using GoldenCheckpoint checkpoint = new("sd-single-file");
        using CommandLine cli = new();
        string folder = checkpoint.SameWeights!;
        Assert.Equal(0, CommandLine.Run(["generate", "a cat", "-o", cli["folder.png"], "--model", folder, .. s_settings]).Code);
        Ran ran = CommandLine.Run(
            ["generate", "a cat", "-o", cli["file.png"], "--model", checkpoint.File, "--tokenizer", folder, "--config", folder, .. s_settings]);
        Assert.Equal(0, ran.Code);
        Assert.Equal(PngReader.Read(cli["folder.png"]).Pixels, PngReader.Read(cli["file.png"]).Pixels);
    }

    [Fact]
    public void Without_a_vocabulary_it_is_said_where_one_comes_from()
    {
        using GoldenCheckpoint checkpoint = new("sd-single-file");
        Ran ran = CommandLine.Run("generate", "a cat", "--model", checkpoint.File);
        Assert.Equal(2, ran.Code);
        Assert.Contains("has no vocabulary, as no single file has: name a folder", ran.ErrorLine, StringComparison.Ordinal);
    }
}
