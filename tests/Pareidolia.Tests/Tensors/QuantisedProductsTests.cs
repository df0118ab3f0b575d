using Pareidolia.Tensors;
using Pareidolia.Tensors.Cpu;
using Pareidolia.Tensors.Cpu.Emitted;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Tests.Tensors;

/// <summary>
/// Products of bytes are exact, so that every processor and every number of threads gives the very bytes of the reference device. Runs alone, because it sets
/// the number of threads.
/// </summary>
[Collection(nameof(ThreadCountTests))]
public sealed class QuantisedProductsTests : IDisposable
{
    private readonly int _threads = CpuBackend.Threads;

    public static TheoryData<int, int, int> Products => new()
    {
        { 16, 33, 4097 }, { 33, 37, 100 }, { 129, 65, 333 }, { 64, 576, 2048 }, { 300, 64, 32 }, { 17, 1000, 769 }, { 256, 256, 384 }, { 1000, 40, 70 },
    };

    public static TheoryData<int[], int, int> Convolutions => new()
    {
        // batch, side, channels, outputs; kernel; stride
        { [3, 9, 33, 47], 3, 1 }, { [2, 16, 64, 64], 3, 1 }, { [1, 7, 129, 32], 3, 2 }, { [5, 4, 96, 128], 3, 1 }, { [2, 13, 40, 65], 3, 2 },
        { [2, 11, 800, 33], 3, 1 }, { [1, 12, 64, 96], 1, 1 }, { [1, 9, 48, 32], 5, 1 },
    };

    public void Dispose() => CpuBackend.Threads = _threads;

    [Theory]
    [MemberData(nameof(Products))]
    public void A_product_has_the_bytes_of_the_reference(int m, int n, int k)
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(1);
        float[] x = Values([m, k], random, 0.3f), w = Values([n, k], random);
        CompareBytes(device => Tensor.From(x, [m, k], device).Linear(Tensor.From(w, [n, k], device)));
        CompareBytes(device => Tensor.From(x, [m, k], device).Linear(Tensor.From(w, [n, k], device).To(DType.Q8)));
    }

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void A_convolution_has_the_bytes_of_the_reference(int[] sizes, int kernel, int stride)
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(2);
        (int batch, int side, int channels, int outputs) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        (Shape x, Shape w) = ([batch, side, side, channels], [outputs, kernel, kernel, channels]);
        float[] input = Values(x, random, 0.3f), weight = Values(w, random);
        CompareBytes(device => Tensor.From(input, x, device).Conv2d(Tensor.From(weight, w, device), null, Window.Square(stride, kernel / 2)));
    }

    [Fact]
    public void What_follows_a_product_is_that_of_float32()
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(3);
        float[] x = Values([2, 9, 9, 48], random), w = Values([40, 3, 3, 48], random), b = Values([40], random), image = Values([2, 40], random);
        float[] residual = Values([2, 9, 9, 40], random);
        float[] On(Backend device)
        {
            using QuantisedProducts bytes = new();
            return Tensor.From(x, [2, 9, 9, 48], device).Conv2d(
                Tensor.From(w, [40, 3, 3, 48], device), Tensor.From(b, [40], device), Window.Square(padding: 1), Tensor.From(image, [2, 40], device),
                Tensor.From(residual, [2, 9, 9, 40], device)).ToArray();
        }

        Assert.InRange(RelativeError(On(Backend.Cpu), On(Backend.Reference)), 0, 2e-7);
    }

    [Fact]
    public void A_product_is_near_that_of_float32_and_only_where_it_is_allowed()
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(4);
        Tensor x = Tensor.Randn([64, 512], random), w = Tensor.Randn([128, 512], random);
        float[] exact = x.Linear(w).ToArray(), inside, refused;
        using (new QuantisedProducts())
            inside = x.Linear(w).ToArray();
        using (new QuantisedProducts(allowed: false))
            refused = x.Linear(w).ToArray();
        Assert.Equal(exact, refused);
        Assert.Equal(exact, x.Linear(w).ToArray());
        Assert.InRange(RelativeError(inside, exact), 1e-3, 1.5e-2);
    }

    [Fact]
    public void Rows_and_channels_of_a_thousandth_of_the_size_are_as_good_as_others()
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(5);
        float[] x = Values([32, 256], random), w = Values([64, 256], random);
        for (int i = 0; i < 256; i++)
        {
            x[(7 * 256) + i] *= 1e-3f;
            w[(9 * 256) + i] *= 1e-3f;
        }
        Tensor left = Tensor.From(x, [32, 256]), right = Tensor.From(w, [64, 256]);
        float[] exact = left.Linear(right).ToArray();
        using QuantisedProducts bytes = new();
        float[] y = left.Linear(right).ToArray();
        Assert.InRange(RelativeError(y[(7 * 64)..(8 * 64)], exact[(7 * 64)..(8 * 64)]), 1e-3, 2e-2);
        Assert.InRange(RelativeError(Column(y, 9), Column(exact, 9)), 1e-3, 2e-2);
    }

    [Fact]
    public void Rows_of_zeros_give_zeros_and_what_is_not_a_number_is_seen()
    {
        using Scope scope = new();
        float[] x = Values([32, 64], new TorchCpuGenerator(6));
        x.AsSpan(64, 64).Clear();
        x[3] = float.NaN;
        using QuantisedProducts bytes = new();
        float[] y = Tensor.From(x, [32, 64]).Linear(Tensor.Randn([48, 64], new TorchCpuGenerator(7))).ToArray();
        Assert.True(y.Take(48).All(float.IsNaN));
        Assert.True(y.Skip(48).Take(48).All(value => value == 0));
        Assert.True(y.Skip(96).All(float.IsFinite));
    }

    [Fact]
    public void What_a_tape_records_stays_in_float32()
    {
        using Scope scope = new();
        Tensor x = Tensor.Randn([32, 64], new TorchCpuGenerator(8)), w = Tensor.Randn([48, 64], new TorchCpuGenerator(9));
        float[] exact = x.Linear(w).ToArray();
        w.RequiresGradient = true;
        using Tape tape = new();
        using QuantisedProducts bytes = new();
        Assert.Equal(exact, x.Linear(w).ToArray());
    }

    [Fact]
    public unsafe void All_kernels_of_intrinsics_add_up_alike()
    {
        const int Steps = 3;
        byte[] left = new byte[Steps * ByteUnit.StepBytes], right = new byte[left.Length];
        System.Random random = new(10);
        random.NextBytes(left);
        random.NextBytes(right);
        left.AsSpan(0, 64).Fill(255);
        right.AsSpan(0, 64).Fill(0x80);
        int[] plain = Sums(left, right, Steps, ByteProducts.Multiply<ByteProducts.Plain>);
        Assert.Equal(Definition(left, right, Steps), plain);
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
            Assert.Equal(plain, Sums(left, right, Steps, ByteProducts.Multiply<ByteProducts.Paired>));
        if (System.Runtime.Intrinsics.X86.AvxVnni.IsSupported)
            Assert.Equal(plain, Sums(left, right, Steps, ByteProducts.Multiply<ByteProducts.Fused>));
    }

    private unsafe delegate void Kernel(byte* left, byte* right, int* sums, int steps, bool fresh);

    // The first step afresh, the others added.
    private static unsafe int[] Sums(byte[] left, byte[] right, int steps, Kernel kernel)
    {
        int[] sums = new int[ByteUnit.Side * ByteUnit.Side];
        fixed (byte* l = left, r = right)
        fixed (int* to = sums)
        {
            kernel(l, r, to, 1, true);
            kernel(l + ByteUnit.StepBytes, r + ByteUnit.StepBytes, to, steps - 1, false);
        }
        return sums;
    }

    private static int[] Definition(byte[] left, byte[] right, int steps)
    {
        int[] sums = new int[ByteUnit.Side * ByteUnit.Side];
        for (int i = 0; i < sums.Length; i++)
            for (int k = 0; k < steps * ByteUnit.Depth; k++)
            {
                (int row, int column) = (i / ByteUnit.Side, i % ByteUnit.Side);
                int step = k / ByteUnit.Depth * ByteUnit.StepBytes, place = k % ByteUnit.Depth;
                sums[i] += left[step + (row * 64) + place] * (sbyte)right[step + (column / 16 * 1024) + (place / 4 * 64) + (column % 16 * 4) + (place % 4)];
            }
        return sums;
    }

    // On one, two and three threads.
    private static void CompareBytes(Func<Backend, Tensor> op)
    {
        using QuantisedProducts bytes = new();
        float[] expected = op(Backend.Reference).ToArray();
        for (int threads = 1; threads <= 3; threads++)
        {
            CpuBackend.Threads = threads;
            Assert.Equal(expected, op(Backend.Cpu).ToArray());
        }
    }

    // Not around zero, as what follows an activation is not.
    private static float[] Values(Shape shape, TorchCpuGenerator random, float mean = 0)
    {
        using Scope scope = new();
        return [.. Tensor.Randn(shape, random).ToArray().Select(value => value + mean)];
    }

    private static float[] Column(float[] y, int column) => [.. y.Where((_, i) => i % 64 == column)];

    private static double RelativeError(float[] actual, float[] expected) => Math.Sqrt(
        actual.Zip(expected, (a, e) => Math.Pow(a - (double)e, 2)).Sum() / expected.Sum(e => (double)e * e));
}
