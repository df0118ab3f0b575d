using Pareidolia.Tensors;
using Pareidolia.Tensors.Cpu;

namespace Pareidolia.Tests.Tensors.Cpu;

public sealed class CpuMatMulTests
{
    public static TheoryData<int, int, int, int, int> Extents => new()
    {
        // batch of a, batch of b, m, n, k
        { 1, 1, 1, 1, 1 },
        { 1, 1, 12, 32, 8 },
        { 1, 1, 13, 33, 9 },
        { 1, 1, 7, 100, 321 },
        { 1, 1, 3, 70, 130 },
        { 1, 1, 60, 17, 700 },
        { 1, 1, 150, 400, 65 },
        { 1, 1, 30, 40, 2600 },
        { 3, 3, 20, 24, 33 },
        { 1, 3, 20, 24, 33 },
        { 3, 1, 20, 24, 33 },
        { 2, 1, 1, 48, 40 },
        { 1, 1, 0, 5, 4 },
        { 1, 1, 5, 0, 4 },
        { 1, 1, 5, 4, 0 },
        { 0, 0, 5, 4, 3 },
    };

    [Theory]
    [MemberData(nameof(Extents))]
    public void Products_match_the_reference_for_every_transposition(int batchA, int batchB, int m, int n, int k)
    {
        for (int way = 0; way < 4; way++)
        {
            (bool transposeA, bool transposeB) = ((way & 1) != 0, (way & 2) != 0);
            using Operands operands = new(way);
            Operand a = transposeA ? operands.Random(batchA, k, m) : operands.Random(batchA, m, k);
            Operand b = transposeB ? operands.Random(batchB, n, k) : operands.Random(batchB, k, n);
            Operand expected = operands.Random(Math.Max(batchA, batchB), m, n);
            Operand actual = operands.Random(Math.Max(batchA, batchB), m, n);
            Backend.Reference.MatMul(a, b, expected, transposeA, transposeB, default);
            Backend.Cpu.MatMul(a, b, actual, transposeA, transposeB, default);
            Operands.AssertClose(expected, actual);
        }
    }

    [Theory]
    [InlineData(Activation.None)]
    [InlineData(Activation.Silu)]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.QuickGelu)]
    public void The_epilogue_follows_the_product(Activation activation)
    {
        foreach ((int m, int n, int k) in new[] { (1, 50, 40), (25, 45, 700), (2, 33, 3000) })
        {
            using Operands operands = new(k);
            Operand a = operands.Random(2, m, k);
            Operand b = operands.Random(1, k, n);
            Epilogue epilogue = new(operands.Random(n), default, operands.Random(2, m, n), activation, Alpha: 0.5f);
            Operand expected = operands.Random(2, m, n);
            Operand actual = operands.Random(2, m, n);
            Backend.Reference.MatMul(a, b, expected, false, false, epilogue);
            Backend.Cpu.MatMul(a, b, actual, false, false, epilogue);
            Operands.AssertClose(expected, actual);
        }
    }

    [Theory]
    [InlineData(20, 40, 30)]
    [InlineData(2, 40, 30)]
    [InlineData(20, 40, 3000)]
    public void Accumulating_adds_to_what_is_there(int m, int n, int k)
    {
        using Operands operands = new(k);
        Operand a = operands.Random(1, m, k);
        Operand b = operands.Random(1, k, n);
        Operand expected = operands.Random(1, m, n);
        Operand actual = operands.Copy(expected);
        Backend.Reference.MatMul(a, b, expected, false, false, new Epilogue(Accumulate: true));
        Backend.Cpu.MatMul(a, b, actual, false, false, new Epilogue(Accumulate: true));
        Operands.AssertClose(expected, actual);
    }

    [Theory]
    [InlineData(300, 500, 700)]
    [InlineData(30, 50, 9000)]
    [InlineData(1, 1000, 900)]
    public void The_number_of_threads_changes_no_bit(int m, int n, int k)
    {
        using Operands operands = new(1);
        Operand a = operands.Random(1, m, k);
        Operand b = operands.Random(1, k, n);
        Operand y = operands.Random(1, m, n);
        float[] alone = Run(1);
        Assert.Equal(alone, Run(2));
        Assert.Equal(alone, Run(5));

        float[] Run(int threads) => WithThreads(threads, y, () => Backend.Cpu.MatMul(a, b, y, false, false, default));
    }

    internal static float[] WithThreads(int threads, Operand y, Action run)
    {
        int before = CpuBackend.Threads;
        CpuBackend.Threads = threads;
        run();
        CpuBackend.Threads = before;
        return y.Floats.ToArray();
    }
}
