using System.Text.Json;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Tests.Training;

namespace Pareidolia.Tests.Cli;

public sealed class EvalTests
{
    [Fact]
    public void A_model_is_measured_on_held_out_pictures()
    {
        using TemporaryFolder data = new();
        TinyData.Write(data, "{}");
        Ran ran = CommandLine.Run("eval", "--model", TinyModel.Folder, "--data", data.Path, "--shards", "tiny.tar", "--json");
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        JsonElement result = JsonElement.Parse(ran.Output);
        Assert.Equal(8, result.GetProperty("pictures").GetInt32());
        Assert.InRange(result.GetProperty("autoencoder_psnr").GetDouble(), 1, 60);
        Assert.InRange(result.GetProperty("image_to_text_r5").GetDouble(), result.GetProperty("image_to_text_r1").GetDouble(), 1);
        Ran text = CommandLine.Run("eval", "--model", TinyModel.Folder, "--data", data.Path, "--shards", "tiny.tar");
        Assert.Matches(@"\nautoencoder_psnr +\d+\.\d dB\n", text.Output);
    }

    [Fact]
    public void What_is_broken_is_named_and_a_picture_that_is_there_stays()
    {
        using TemporaryFolder data = new();
        TinyData.Write(data, "{}");
        TinyData.WriteBroken(data);
        File.WriteAllText(data["keep.png"], "kept");
        Ran ran = CommandLine.Run("eval", "--model", TinyModel.Folder, "--data", data.Path, "--shards", "tiny*.tar", "--matrix", data["keep.png"]);
        Assert.Equal(0, ran.Code);
        Assert.Contains("tiny-broken.tar: bad was skipped: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains("left out of the data: 1 broken", ran.Error, StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(data["keep.png"]));
        Assert.Contains($"{data["keep-1.png"]}  8 pictures", ran.Error, StringComparison.Ordinal);
        Assert.Contains("ends in .png", CommandLine.Run("eval", "--data", data.Path, "--matrix", data["m.gif"]).ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_is_not_there_is_refused()
    {
        using TemporaryFolder data = new();
        Assert.Contains("has no file that matches", CommandLine.Run("eval", "--model", TinyModel.Folder, "--data", data.Path).ErrorLine, StringComparison.Ordinal);
        Assert.Equal(2, CommandLine.Run("eval", "--model", TinyModel.Folder, "--data", data["none"]).Code);
    }
}
