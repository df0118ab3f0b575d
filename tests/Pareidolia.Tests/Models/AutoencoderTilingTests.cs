using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>Pictures in bands of rows against whole ones: the same but for the rounding of norms.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class AutoencoderTilingTests
{
    // Of the largest value.
    private const double Allowed = 5e-6;

    private static AutoencoderKlConfig Config => new() { BlockOutChannels = [8, 16, 16, 24], LayersPerBlock = 2, NormNumGroups = 4 };

    public static TheoryData<int, int, int, string> Sizes => new()
    {
        { 128, 40, 16, "cpu" }, { 72, 48, 32, "cpu" }, { 24, 16, 16, "cpu" }, { 128, 64, 48, "cpu" }, { 40, 24, 16, "reference" },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Decoding_in_bands_is_decoding(int height, int width, int rows, string device)
    {
        using Scope scope = new();
        using WeightStore weights = WeightStore.Initialise(3, device == "cpu" ? Backend.Cpu : Backend.Reference);
        LatentDecoder decoder = new(Config, weights.Root);
        Enliven(weights);
        Tensor latent = TinyModels.Noise([2, height / 8, width / 8, 4], weights.Device);
        AssertSame(decoder.Forward(latent), decoder.Forward(latent, rows), [2, height, width, 3]);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Encoding_in_bands_is_encoding(int height, int width, int rows, string device)
    {
        using Scope scope = new();
        using WeightStore weights = WeightStore.Initialise(3, device == "cpu" ? Backend.Cpu : Backend.Reference);
        LatentEncoder encoder = new(Config, 8, weights.Root);
        Enliven(weights);
        Tensor pixels = TinyModels.Noise([2, height, width, 3], weights.Device);
        AssertSame(encoder.Forward(pixels), encoder.Forward(pixels, rows), [2, height / 8, width / 8, 8]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_autoencoder_of_few_levels_is_cut_where_it_begins(int levels)
    {
        using Scope scope = new();
        using WeightStore weights = WeightStore.Initialise(3);
        AutoencoderKlConfig config = Config with { BlockOutChannels = [.. Config.BlockOutChannels.Take(levels)] };
        LatentDecoder decoder = new(config, weights.Root["decoder"]);
        LatentEncoder encoder = new(config, 8, weights.Root["encoder"]);
        Tensor latent = TinyModels.Noise([1, 64 / config.Factor, 24 / config.Factor, 4], Backend.Cpu), pixels = TinyModels.Noise([1, 64, 24, 3], Backend.Cpu);
        AssertSame(decoder.Forward(latent), decoder.Forward(latent, 16), [1, 64, 24, 3]);
        AssertSame(encoder.Forward(pixels), encoder.Forward(pixels, 16), [1, 64 / config.Factor, 24 / config.Factor, 8]);
    }

    [Fact]
    public void Bands_take_less_memory_and_leave_none_behind()
    {
        using WeightStore weights = WeightStore.Initialise(3);
        LatentDecoder decoder = new(Config, weights.Root);
        using Tensor latent = TinyModels.Noise([1, 32, 32, 4], Backend.Cpu);
        long whole = Peak(() => decoder.Forward(latent).Dispose()), banded = Peak(() => decoder.Forward(latent, 16).Dispose());
        // Outside of bands, too, layers let go of what was read, so that half is no longer saved.
        Assert.InRange(banded, 1, whole * 3 / 4);
    }

    [Theory]
    [InlineData(VaeTiling.Off, 4096, 4096, 0)]
    [InlineData(VaeTiling.Auto, 256, 256, 0)]
    [InlineData(VaeTiling.Auto, 512, 512, 64)]
    [InlineData(VaeTiling.On, 64, 64, 512)]
    [InlineData(VaeTiling.On, 64, 65536, 16)]
    public void Bands_are_as_high_as_their_size_allows(VaeTiling tiling, int height, int width, int rows) =>
        Assert.Equal(rows, BandRows.Of(tiling, height, width, 256));

    private static long Peak(Action run)
    {
        long before = TensorMemory.LiveBytes;
        TensorMemory.ResetPeak();
        run();
        Assert.Equal(before, TensorMemory.LiveBytes);
        return TensorMemory.PeakBytes - before;
    }

    // New norms are all alike: these tell channels apart.
    private static void Enliven(WeightStore weights)
    {
        foreach (Parameter parameter in weights.Parameters.Where(parameter => parameter.Tensor.Rank == 1))
            parameter.Tensor.AddInPlace(TinyModels.Noise(parameter.Tensor.Shape, weights.Device), 0.3f);
    }

    private static void AssertSame(Tensor whole, Tensor banded, Shape shape)
    {
        Assert.Equal(shape, banded.Shape);
        float[] expected = whole.ToArray(), actual = banded.ToArray();
        double largest = expected.Max(Math.Abs);
        Assert.True(expected.Distinct().Count() > 50);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Allowed * largest));
    }
}
