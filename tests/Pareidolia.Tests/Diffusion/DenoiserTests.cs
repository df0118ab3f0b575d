using Pareidolia.Diffusion;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Tests.Diffusion;

public sealed class DenoiserTests
{
    private static readonly NoiseLevel Level = NoiseLevel.Preserving(1.7, 600);

    [Theory]
    [InlineData(PredictionType.Epsilon, false)]
    [InlineData(PredictionType.Velocity, false)]
    [InlineData(PredictionType.Sample, false)]
    [InlineData(PredictionType.Epsilon, true)]
    [InlineData(PredictionType.Velocity, true)]
    [InlineData(PredictionType.Flow, false)]
    public void A_perfect_network_gives_back_picture_and_noise(PredictionType type, bool exploding)
    {
        using Scope scope = new();
        NoiseLevel level = type == PredictionType.Flow ? NoiseLevel.Flow(0.4, 400) : exploding ? NoiseLevel.Exploding(1.7, 600) : Level;
        Tensor x0 = Random(1), noise = Random(2);
        Tensor output = type switch
        {
            PredictionType.Epsilon => noise,
            PredictionType.Velocity => Weighted.Sum((Level.Alpha, noise), (-Level.Sigma, x0)),
            PredictionType.Flow => noise - x0,
            _ => x0,
        };
        Estimate estimate = new Denoiser((_, _) => output, new Prediction(type)).Estimate(level.AddNoise(x0, noise), level);
        AssertClose(x0, estimate.Denoised);
        AssertClose(noise, estimate.Noise);
        Assert.Null(estimate.Variance);
    }

    [Fact]
    public void The_network_sees_samples_of_unit_variance()
    {
        using Scope scope = new();
        Tensor x = Random(1);
        float[] seen = [];
        Network network = (input, _) =>
        {
            seen = input.ToArray();
            return input;
        };
        new Denoiser(network, new Prediction(PredictionType.Epsilon)).Denoise(x, NoiseLevel.Exploding(3, 1));
        Assert.All(x.ToArray().Zip(seen), pair => Assert.Equal(pair.First / MathF.Sqrt(10), pair.Second, 1e-6f));
    }

    [Fact]
    public void Twice_the_channels_are_estimate_and_variance()
    {
        using Scope scope = new();
        Tensor x0 = Random(1), variance = Random(2);
        Denoiser denoiser = new((_, _) => Tensor.Concat(3, x0, variance), new Prediction(PredictionType.Sample));
        Estimate estimate = denoiser.Estimate(Random(3), Level);
        AssertClose(x0, estimate.Denoised);
        AssertClose(variance, estimate.Variance!);
    }

    [Fact]
    public void An_output_of_another_shape_is_an_error()
    {
        using Scope scope = new();
        Denoiser denoiser = new((_, _) => Tensor.Zeros([1, 2, 2, 5]), new Prediction(PredictionType.Sample));
        string message = Assert.Throws<PareidoliaException>(() => denoiser.Denoise(Random(1), Level)).Message;
        Assert.StartsWith("The network answered [1, 2, 2, 5] to a sample [1, 2, 2, 3]; ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_level_without_a_timestep_needs_a_schedule()
    {
        using Scope scope = new();
        Network network = (input, t) => Tensor.Full(input.Shape, t);
        Denoiser without = new(network, new Prediction(PredictionType.Sample));
        Assert.Throws<PareidoliaException>(() => without.Denoise(Random(1), NoiseLevel.Exploding(1)));
        Denoiser with = new(network, new Prediction(PredictionType.Sample), NoiseSchedule.StableDiffusion());
        Assert.Equal(353.89, with.Denoise(Random(1), NoiseLevel.Exploding(1)).ToArray()[0], 0.01);
    }

    [Fact]
    public void The_dynamic_bound_is_each_pictures_own_quantile()
    {
        using Scope scope = new();
        Tensor x0 = Tensor.From([0, 1, 2, 3, 4, 0.1f, 0.2f, 0.3f, 0.4f, 2], [2, 1, 1, 5]);
        float[] bounded = new SampleBound(1, Quantile: 0.5, Limit: 1.5).Apply(x0).ToArray();
        Assert.Equal([0, 1 / 1.5f, 1, 1, 1, 0.1f, 0.2f, 0.3f, 0.4f, 1], bounded);
        Assert.Equal([0, 1, 1.5f, 1.5f, 1.5f, 0.1f, 0.2f, 0.3f, 0.4f, 1.5f], new SampleBound(1.5).Apply(x0).ToArray());
    }

    [Fact]
    public void Noise_is_drawn_channels_first()
    {
        using Scope scope = new();
        float[] torch = new float[2 * 3 * 4 * 5];
        new TorchCpuGenerator(9).Randn(torch);
        Tensor drawn = new LatentNoise([new TorchCpuGenerator(9)], [2, 4, 5, 3]).Draw();
        Assert.Equal(torch, drawn.Permute(0, 3, 1, 2).ToArray());
    }

    [Fact]
    public void A_stream_per_item_makes_items_independent_of_the_batch()
    {
        using Scope scope = new();
        Tensor both = new LatentNoise([new TorchCpuGenerator(9), new TorchCpuGenerator(10)], [2, 4, 5, 3]).Draw();
        Tensor second = new LatentNoise([new TorchCpuGenerator(10)], [1, 4, 5, 3]).Draw();
        Assert.Equal(second.ToArray(), both.Slice(0, 1, 1).ToArray());
        Assert.Throws<PareidoliaException>(() => new LatentNoise([new TorchCpuGenerator(9)], [2, 4, 5]));
        Assert.Throws<PareidoliaException>(() => new LatentNoise([new PhiloxGenerator(9), new PhiloxGenerator(9)], [3, 4, 5, 3]));
    }

    private static Tensor Random(ulong seed) => new LatentNoise([new TorchCpuGenerator(seed)], [1, 2, 2, 3]).Draw();

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.All(expected.ToArray().Zip(actual.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 2e-6f));
}
