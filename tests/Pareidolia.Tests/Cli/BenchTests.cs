using System.Text.Json;

namespace Pareidolia.Tests.Cli;

public sealed class BenchTests
{
    [Fact]
    public void A_model_is_measured_part_by_part()
    {
        Ran ran = CommandLine.Run("bench", "--model", "random:tiny", "--size", "64", "--runs", "2", "--profile");
        Assert.Equal(0, ran.Code);
        foreach (string part in (ReadOnlySpan<string>)["text_encoder", "unet", "vae"])
        {
            Assert.Matches($@"\n{part} +\d[\d.]* M +", ran.Output);
            Assert.Matches($@"\n{part} +CALLS +TIME +SHARE +GFLOP/S +OF PEAK +GB/S +BYTES\n", ran.Output);
        }
        Assert.Matches(@"\nconv 3x3 +\d+ +", ran.Output);
        Assert.Matches(@"\n\d[\d.]* pictures a minute at 20 steps, \d+ MB at most\n$", ran.Output);
    }

    [Fact]
    public void Json_tells_each_run_and_counts_a_bigger_batch_as_more_arithmetic()
    {
        double one = Flops("1"), two = Flops("2");
        Assert.InRange(two / one, 1.99, 2.01);
    }

    [Theory]
    [InlineData("--model random:sd99", "There is no model 'random:sd99'")]
    [InlineData("--model random:tiny --batch 0", "--batch is 0; 1 to 64")]
    [InlineData("--model random:tiny --tokens 0", "--tokens is 0")]
    [InlineData("--model random:tiny --runs -1", "--runs is -1")]
    [InlineData("--model random:tiny --size 4", "--size is 4x4; sides from 8")]
    [InlineData("--model random:tiny --size 67", "The size 67 is not a multiple of the model's")]
    [InlineData("--model random:tiny --precision f64", "--precision is 'f64'; f32, f16-weights, int8, bf16 and int8-products are known")]
    [InlineData("--model random:tiny --precision bf16 --exact", "leave one of them out")]
    public void What_cannot_be_measured_is_refused_in_a_sentence(string arguments, string complaint)
    {
        Ran ran = CommandLine.Run(["bench", .. arguments.Split(' ')]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(complaint, ran.Error, StringComparison.Ordinal);
    }

    private static double Flops(string batch)
    {
        Ran ran = CommandLine.Run("bench", "--model", "random:tiny-unet", "--size", "64", "--runs", "2", "--batch", batch, "--profile", "--json");
        Assert.Equal(0, ran.Code);
        JsonElement part = Assert.Single(JsonDocument.Parse(ran.Output).RootElement.GetProperty("parts").EnumerateArray());
        Assert.Equal(2, part.GetProperty("seconds").GetArrayLength());
        return part.GetProperty("ops").EnumerateArray().Where(op => op.GetProperty("kind").GetString() == "conv 3x3").Sum(op => op.GetProperty("flops").GetDouble());
    }
}
