using Pareidolia.Tensors;
using Pareidolia.Tensors.Cpu;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Tests.Tensors;

/// <summary>
/// Products in bfloat16 are those of inputs that were rounded before: the reference device, given such inputs, says what is right to the rounding of
/// float32. Runs alone, because it sets the number of threads.
/// </summary>
[Collection(nameof(ThreadCountTests))]
public sealed class ReducedPrecisionTests : IDisposable
{
    // Sums of float32 in another order than the reference's.
    private const double Bound = 2e-6;

    private readonly int _threads = CpuBackend.Threads;

    public static TheoryData<int, int, int> Products => new()
    {
        { 1, 33, 4097 }, { 3, 700, 129 }, { 33, 7, 1000 }, { 129, 65, 333 }, { 64, 576, 2048 }, { 300, 64, 16 }, { 7, 33, 769 }, { 256, 256, 384 },
    };

    public static TheoryData<int[], int> Convolutions => new()
    {
        // batch, side, channels, outputs; stride
        { [3, 9, 33, 47], 1 }, { [2, 16, 64, 64], 1 }, { [1, 7, 129, 32], 2 }, { [5, 4, 96, 128], 1 }, { [2, 13, 16, 65], 2 },
        { [1, 1, 64, 64], 1 }, { [7, 3, 32, 33], 1 }, { [1, 33, 40, 31], 1 }, { [2, 8, 416, 32], 1 }, { [3, 5, 24, 96], 1 }, { [1, 129, 8, 8], 1 },
    };

    public void Dispose() => CpuBackend.Threads = _threads;

    [Theory]
    [MemberData(nameof(Products))]
    public void A_product_and_its_gradients_are_those_of_rounded_inputs(int m, int n, int k)
    {
        RequireUnit();
        using Scope scope = new();
        TorchCpuGenerator random = new(1);
        float[] a = Rounded([m, k], random), b = Rounded([n, k], random), g = Rounded([m, n], random);
        Compare(device => Gradients(device, (a, [m, k]), (b, [n, k]), (g, [m, n]), (x, w) => x.Linear(w)));
        float[] transposed = Rounded([k, n], random);
        Compare(device => Gradients(device, (a, [m, k]), (transposed, [k, n]), (g, [m, n]), (x, w) => x.MatMul(w)));
    }

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void A_convolution_and_its_gradients_are_those_of_rounded_inputs(int[] sizes, int stride)
    {
        RequireUnit();
        using Scope scope = new();
        TorchCpuGenerator random = new(2);
        (int batch, int side, int channels, int outputs) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        int to = ((side - 1) / stride) + 1;
        (Shape x, Shape w, Shape y) = ([batch, side, side, channels], [outputs, 3, 3, channels], [batch, to, to, outputs]);
        float[] input = Rounded(x, random), weight = Rounded(w, random), g = Rounded(y, random);
        Compare(device => Gradients(device, (input, x), (weight, w), (g, y), (a, b) => a.Conv2d(b, null, Window.Square(stride, 1))));
    }

    [Fact]
    public void Inputs_that_bfloat16_cannot_hold_are_rounded_to_the_nearest_even()
    {
        RequireUnit();
        using Scope scope = new();
        float[] x = Tensor.Randn([64, 512], new TorchCpuGenerator(3)).ToArray(), w = Tensor.Randn([128, 512], new TorchCpuGenerator(4)).ToArray();
        using Tensor exact = Scope.Detach(Tensor.From([.. x.Select(Round)], [64, 512]).Linear(Tensor.From([.. w.Select(Round)], [128, 512])));
        using ReducedPrecision half = new();
        Assert.InRange(RelativeError(Tensor.From(x, [64, 512]).Linear(Tensor.From(w, [128, 512])).ToArray(), exact.ToArray()), 0, Bound);
    }

    [Fact]
    public void Infinity_and_what_is_not_a_number_stay_what_they_are()
    {
        RequireUnit();
        using Scope scope = new();
        float[] x = Tensor.Randn([64, 512], new TorchCpuGenerator(5)).ToArray();
        (x[3], x[512]) = (float.NaN, float.PositiveInfinity);
        using ReducedPrecision half = new();
        float[] y = Tensor.From(x, [64, 512]).Linear(Tensor.Full([128, 512], 1)).ToArray();
        Assert.True(y.Take(128).All(float.IsNaN));
        Assert.True(y.Skip(128).Take(128).All(float.IsPositiveInfinity));
        Assert.True(y.Skip(256).All(float.IsFinite));
    }

    [Theory]
    [InlineData(1, 33, 47, 1, 40, 40, false, false)]
    [InlineData(2, 64, 64, 4, 16, 16, false, false)]
    [InlineData(1, 129, 300, 2, 33, 65, false, true)]
    [InlineData(3, 100, 100, 2, 80, 24, true, false)]
    [InlineData(1, 70, 128, 3, 160, 160, true, true)]
    public void Attention_is_that_of_rounded_inputs_and_rounded_weights(
        int batch, int queries, int keys, int heads, int depth, int valueDepth, bool causal, bool biased)
    {
        RequireUnit();
        using Scope scope = new();
        TorchCpuGenerator random = new(8);
        (Shape q, Shape k, Shape v) = ([batch, queries, heads * depth], [batch, keys, heads * depth], [batch, keys, heads * valueDepth]);
        float[] query = Rounded(q, random), key = Rounded(k, random), value = Rounded(v, random);
        float[] bias = Rounded([1, heads, queries, keys], random);
        float[] Attend(Backend device, bool half)
        {
            using ReducedPrecision reduced = new(half);
            return Tensor.Attention(
                Tensor.From(query, q, device), Tensor.From(key, k, device), Tensor.From(value, v, device), heads,
                causal: causal, bias: biased ? Tensor.From(bias, [1, heads, queries, keys], device) : null).ToArray();
        }

        float[] exact = Attend(Backend.Reference, false);
        // Weights are rounded to 8 bits one by one: on average a few thousandths of the result.
        Assert.InRange(RelativeError(Attend(Backend.Cpu, true), exact), 1e-5, 4e-3);
        Assert.InRange(RelativeError(Attend(Backend.Cpu, false), exact), 0, Bound);
        CpuBackend.Threads = 1;
        float[] one = Attend(Backend.Cpu, true);
        CpuBackend.Threads = 3;
        Assert.Equal(one, Attend(Backend.Cpu, true));
    }

    [Theory]
    [InlineData(1, 96, 64)]
    [InlineData(129, 416, 96)]
    [InlineData(33, 768, 1024)]
    public void Weights_that_lie_in_panels_give_the_same_bytes_in_a_linear_layer(int m, int k, int n)
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(9);
        Tensor x = Tensor.Randn([m, k], random), w = Tensor.Randn([n, k], random);
        RequireSameBytes(w, weights => x.Linear(weights));
    }

    [Theory]
    [InlineData(2, 16, 64, 96, 1)]
    [InlineData(1, 7, 32, 32, 2)]
    [InlineData(3, 5, 416, 64, 1)]
    public void Weights_that_lie_in_panels_give_the_same_bytes_in_a_convolution(int batch, int side, int channels, int outputs, int stride)
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(10);
        Tensor x = Tensor.Randn([batch, side, side, channels], random);
        foreach (int kernel in (int[])[1, 3])
            RequireSameBytes(
                Tensor.Randn([outputs, kernel, kernel, channels], random), weights => x.Conv2d(weights, null, Window.Square(stride, kernel / 2)));
    }

    [Fact]
    public void Panels_hold_whole_panels_alone()
    {
        using Scope scope = new();
        TensorException error = Assert.Throws<TensorException>(() => Tensor.Full([33, 32], 1).To(DType.BF16Panels));
        Assert.Equal("to: BF16Panels holds rows and channels in multiples of 32, not [33, 32]", error.Message);
        Assert.Throws<TensorException>(() => Tensor.Full([32, 32], 1).To(DType.BF16Panels).Slice(0, 0, 1));
    }

    [Fact]
    public void The_number_of_threads_changes_no_byte()
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(6);
        float[] x = Rounded([4, 16, 16, 64], random), w = Rounded([96, 3, 3, 64], random), g = Rounded([4, 16, 16, 96], random);
        float[][] With(int threads)
        {
            CpuBackend.Threads = threads;
            using ReducedPrecision half = new();
            return Gradients(Backend.Cpu, (x, [4, 16, 16, 64]), (w, [96, 3, 3, 64]), (g, [4, 16, 16, 96]), (a, b) => a.Conv2d(b, null, Window.Square(padding: 1)));
        }

        float[][] one = With(1);
        Assert.Equal(one, With(2));
        Assert.Equal(one, With(3));
    }

    [Fact]
    public void Nothing_is_rounded_where_it_is_not_allowed()
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(7);
        Tensor x = Tensor.Randn([64, 512], random), w = Tensor.Randn([128, 512], random);
        float[] exact = x.Linear(w).ToArray(), inside, refused;
        using (new ReducedPrecision())
            inside = x.Linear(w).ToArray();
        using (new ReducedPrecision(allowed: false))
            refused = x.Linear(w).ToArray();
        Assert.Equal(exact, refused);
        Assert.Equal(exact, x.Linear(w).ToArray());
        if (ReducedPrecision.IsSupported)
            Assert.InRange(RelativeError(inside, exact), 1e-4, 1e-2);
        else
            Assert.Equal(exact, inside);
    }

    // Beside weights that were rounded before: both are products of bfloat16 then where the machine has them, and of float32 where not.
    private static void RequireSameBytes(Tensor weights, Func<Tensor, Tensor> layer)
    {
        foreach (bool allowed in (bool[])[true, false])
        {
            using ReducedPrecision half = new(allowed);
            float[] expected = layer(weights.To(DType.BF16)).ToArray();
            Assert.Equal(expected, layer(weights.To(DType.BF16Panels)).ToArray());
        }
    }

    private static void RequireUnit() => Assert.SkipUnless(ReducedPrecision.IsSupported, "This machine has no unit for products of bfloat16.");

    private static void Compare(Func<Backend, float[][]> run)
    {
        float[][] expected = run(Backend.Reference), actual;
        using (new ReducedPrecision())
            actual = run(Backend.Cpu);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(RelativeError(actual[i], expected[i]) <= Bound, $"Result {i} is {RelativeError(actual[i], expected[i])} off.");
    }

    private static float[][] Gradients(
        Backend device, (float[] Values, Shape Shape) x, (float[] Values, Shape Shape) w, (float[] Values, Shape Shape) g, Func<Tensor, Tensor, Tensor> op)
    {
        using Scope scope = new();
        using Tape tape = new();
        Tensor left = Tensor.From(x.Values, x.Shape, device), right = Tensor.From(w.Values, w.Shape, device);
        left.RequiresGradient = right.RequiresGradient = true;
        Tensor y = op(left, right);
        tape.Backward((y * Tensor.From(g.Values, g.Shape, device)).Sum());
        float[][] results = [y.ToArray(), left.Gradient!.ToArray(), right.Gradient!.ToArray()];
        left.ClearGradient();
        right.ClearGradient();
        return results;
    }

    private static float[] Rounded(Shape shape, TorchCpuGenerator random)
    {
        using Scope scope = new();
        return [.. Tensor.Randn(shape, random).ToArray().Select(Round)];
    }

    // To the nearest bfloat16, by arithmetic rather than by carries.
    private static float Round(float value)
    {
        if (value == 0)
            return value;
        double unit = Math.Pow(2, Math.ILogB(value) - 7);
        return (float)(Math.Round(value / unit, MidpointRounding.ToEven) * unit);
    }

    private static double RelativeError(float[] actual, float[] expected) => Math.Sqrt(
        actual.Zip(expected, (a, e) => Math.Pow(a - (double)e, 2)).Sum() / expected.Sum(e => (double)e * e));
}
