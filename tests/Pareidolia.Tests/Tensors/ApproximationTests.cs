using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Tests.Tensors;

/// <summary>Faster algorithms are taken where they are allowed, and nowhere else.</summary>
public sealed class ApproximationTests
{
    [Fact]
    public void Convolutions_round_otherwise_while_one_is_open()
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(1);
        Tensor x = Tensor.Randn([2, 16, 16, 64], random), w = Tensor.Randn([64, 3, 3, 64], random);
        float[] exact = Run(x, w), inside, refused;
        using (new Approximation())
            inside = Run(x, w);
        using (new Approximation(allowed: false))
            refused = Run(x, w);
        Assert.NotEqual(exact, inside);
        Assert.InRange(RelativeError(inside, exact), 1e-8, 1e-5);
        Assert.Equal(exact, refused);
        Assert.Equal(exact, Run(x, w));
    }

    [Theory]
    [InlineData(640, 656)] // slabs of columns
    [InlineData(330, 129)] // chunks of channels
    public void Kernels_that_many_windows_share_give_what_exact_ones_give(int depth, int outputs)
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(2);
        Tensor x = Tensor.Randn([2, 33, 38, depth], random), w = Tensor.Randn([outputs, 3, 3, depth], random);
        float[] exact = Run(x, w);
        using Approximation fast = new();
        Assert.InRange(RelativeError(Run(x, w), exact), 1e-8, 1e-5);
    }

    private static float[] Run(Tensor x, Tensor w) => x.Conv2d(w, null, Window.Square(padding: 1)).ToArray();

    private static double RelativeError(float[] actual, float[] expected) => Math.Sqrt(
        actual.Zip(expected, (a, e) => Math.Pow(a - e, 2)).Sum() / expected.Sum(e => (double)e * e));
}
