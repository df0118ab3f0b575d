using Pareidolia.Diffusion;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Tests.Diffusion;

public sealed class MimicThresholdTests
{
    private const int Channels = 3;
    private const int Pixels = 20;

    // The extension's formulas in torch 1.13, guidance 14, on u = randn(2, 3, 4, 5) and u + 0.7 randn of seed 3: elements 0, 7, 25 and 59 of the second.
    [Theory]
    [InlineData(7, 1, true, MimicCentre.Mean, false, 1, 2.37197, 9.47482, -0.155437, 7.6061)]
    [InlineData(5, 0.9, true, MimicCentre.Mean, false, 0.8, 1.38225, 10.1142, 0.839653, 8.83089)]
    [InlineData(7, 0.95, false, MimicCentre.Mean, false, 1, -0.192302, 11.1313, 2.14388, 13.158)]
    [InlineData(7, 1, true, MimicCentre.Zero, false, 1, -0.72582, 6.37704, 1.5557, 8.22187)]
    [InlineData(7, 1, true, MimicCentre.Mean, true, 0.7, 1.46139, 10.063, 0.847938, 9.75479)]
    [InlineData(7, 1, false, MimicCentre.Zero, true, 1, -0.679746, 5.97222, 1.55178, 7.83997)]
    public void It_is_that_of_the_extension(double scale, double percentile, bool eachChannel, MimicCentre centre, bool byDeviation, double share,
        double a, double b, double c, double d)
    {
        using Scope scope = new();
        TorchCpuGenerator stream = new(3);
        Tensor unguided = Draw(stream), prompted = unguided + Draw(stream).Scale(0.7f);
        MimicThreshold rule = new(scale, percentile, share, centre, byDeviation, eachChannel);
        float[] guided = rule.Guide(unguided, prompted, 14).Permute(0, 3, 1, 2).ToArray()[(Channels * Pixels)..];
        Assert.All(new[] { 0, 7, 25, 59 }.Zip([a, b, c, d]), pair => Assert.Equal(pair.Second, guided[pair.First], 1e-4));
    }

    [Fact]
    public void Guidance_no_stronger_than_what_it_mimics_is_plain_guidance()
    {
        using Scope scope = new();
        TorchCpuGenerator stream = new(3);
        Tensor unguided = Draw(stream), prompted = Draw(stream);
        float[] guided = new MimicThreshold(4).Guide(unguided, prompted, 4).ToArray();
        float[] plain = (unguided + (prompted - unguided).Scale(4)).ToArray();
        Assert.All(guided.Zip(plain), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Theory]
    [InlineData(PredictionType.Epsilon)]
    [InlineData(PredictionType.Velocity)]
    [InlineData(PredictionType.Sample)]
    [InlineData(PredictionType.Flow)]
    public void An_output_can_be_made_of_the_picture_it_speaks_of(PredictionType type)
    {
        using Scope scope = new();
        TorchCpuGenerator stream = new(4);
        Tensor x = Draw(stream), output = Draw(stream);
        NoiseLevel level = type == PredictionType.Flow ? NoiseLevel.Flow(0.3, 300) : NoiseLevel.Exploding(1.7, 300);
        Prediction prediction = new(type);
        float[] again = prediction.Output(x, prediction.Denoised(x, output, level), level).ToArray();
        Assert.All(again.Zip(output.ToArray()), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    private static Tensor Draw(TorchCpuGenerator stream) => new LatentNoise([stream], [2, 4, 5, Channels]).Draw();
}
