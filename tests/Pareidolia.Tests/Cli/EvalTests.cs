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
    public void Data_that_is_not_there_is_refused()
    {
        using TemporaryFolder data = new();
        Assert.Contains("has no file that matches", CommandLine.Run("eval", "--model", TinyModel.Folder, "--data", data.Path).ErrorLine, StringComparison.Ordinal);
        Assert.Equal(2, CommandLine.Run("eval", "--model", TinyModel.Folder, "--data", data["none"]).Code);
    }
}
