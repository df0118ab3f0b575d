using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Tests.Diffusion.Randomness;

/// <summary>
/// Brownian paths: the seeds of branches are numpy's own, increments those of the algorithm written with numpy and torch, and the path is one.
/// </summary>
public sealed class BrownianTreeTests
{
    // numpy.random.SeedSequence(entropy, spawn_key=child, pool_size=size).generate_state(n) of numpy 1.24
    public static TheoryData<ulong, ulong[], int, uint[]> NumpySeeds => new()
    {
        { 1234, [], 24, [4280268349, 3829106894, 2675148735] },
        { 1234, [], 4, [2906597030, 1602421836, 216676975] },
        { (1UL << 40) + 5, [3, 2], 24, [1871255777, 2879413523, 1352781655, 4038398907] },
        { 0, [0, 0], 24, [245430115, 3436620678, 4120055464, 1627243804] },
        { 0, [0, 0], 4, [4088532484, 613525653, 3267360767, 1994310548] },
        { 7, [(1UL << 33) + 1, 34], 24, [2322157917, 469689532, 260121240, 3775338407] },
    };

    [Theory]
    [MemberData(nameof(NumpySeeds))]
    public void Seeds_of_branches_are_those_of_numpy(ulong entropy, ulong[] child, int pool, uint[] expected) =>
        Assert.Equal(expected, SeedSequence.Generate(entropy, child, pool, expected.Length));

    // The same bisection written with numpy 1.24 and torch 1.13.
    [Theory]
    [InlineData(0.0291675f, 14.614642f, 42, 0.5f, 3.25f, 1.832181692, -0.219328359, 0.176858872, -1.140819550)]
    [InlineData(0.0291675f, 14.614642f, 42, 1.2345f, 2.3456f, 0.135551259, 0.737428486, 1.105895638, -2.929711580)]
    [InlineData(0.0291675f, 14.614642f, 42, 7.0078125f, 14.614642f, 2.290450096, -0.757090688, -2.024301529, -1.762991667)]
    [InlineData(0.1f, 10f, (1UL << 33) + 7, 0.1f, 0.7f, 0.780139923, 1.310857415, -0.070286579, -0.151585668)]
    public void Increments_are_those_of_numpy_and_torch(
        float start, float end, ulong seed, float from, float to, double a, double b, double c, double d)
    {
        float[] increment = Tree(start, end, 32, seed).Increment(from, to);
        Assert.All(increment.Zip([a, b, c, d]), pair => Assert.Equal(pair.Second, pair.First, 5e-6));
    }

    [Fact]
    public void Parts_of_a_step_add_up_to_it_in_any_order_of_asking()
    {
        BrownianTree one = Tree(0.03, 14.6, 64, 3), other = Tree(0.03, 14.6, 64, 3);
        float[] whole = one.Increment(0.5, 9.5), low = one.Increment(0.5, 2.25), high = one.Increment(2.25, 9.5);
        Assert.All(whole.Zip(low.Zip(high, (l, h) => l + h)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.Equal(high, other.Increment(2.25, 9.5));
        Assert.Equal(low, other.Increment(0.5, 2.25));
        Assert.Equal(whole, other.Increment(0.5, 9.5));
    }

    [Fact]
    public void An_increment_has_the_variance_of_its_length_and_neighbours_are_independent()
    {
        const int Count = 20_000;
        BrownianTree tree = Tree(0.03, 14.6, Count, 11);
        float[] low = tree.Increment(0.4, 2.4), high = tree.Increment(2.4, 7.4);
        double Mean(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Average();
        // The deviation of a mean of squares is its value times sqrt(2 / n), 1 %; of a product 1 / sqrt(n) of the deviations' product.
        Assert.Equal(2, Mean(low, low), 2 * 0.05);
        Assert.Equal(5, Mean(high, high), 5 * 0.05);
        Assert.Equal(0, Mean(low, high), Math.Sqrt(10) * 0.03);
    }

    [Fact]
    public void Times_outside_are_the_ends_and_an_empty_step_has_no_noise()
    {
        BrownianTree tree = Tree(1, 2, 16, 0);
        Assert.Equal(tree.Increment(1, 2), tree.Increment(0, 3));
        Assert.All(tree.Increment(1.5, 1.5), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Noise_of_a_step_down_is_minus_the_increment_over_the_root_of_its_length()
    {
        NoiseLevel high = NoiseLevel.Exploding(8), low = NoiseLevel.Exploding(4);
        BrownianNoise noise = new([new NoiseSeed(5, 1, 2)], 16, [high, low, NoiseLevel.Exploding(0)], seed => new TorchCpuGenerator(seed));
        float[] increment = Tree(4, 8, 32, 5).Increment(4, 8);
        Assert.Equal(increment[16..].Select(value => -value / 2), noise.Between(high, low)[0]);
    }

    private static BrownianTree Tree(double start, double end, int length, ulong seed) =>
        new(start, end, length, seed, branch => new TorchCpuGenerator(branch));
}
