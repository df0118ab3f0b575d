using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pareidolia.Tensors.Cpu.Emitted;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Weights [n, parts, depth]: each step of a panel is 16 times four of their elements, of 16 rows side by side; the floats are sums of a part, which stand with its last
/// block, and factors.
/// </summary>
internal readonly unsafe struct WeightPanels(sbyte* weights, float* factors, BytePlan plan) : IBytePanels
{
    private const int Half = 16, RowBytes = 64, Places = RowBytes / sizeof(int);

    // Rows lie far apart, so that no prefetcher sees where the next step is.
    private const int Ahead = 4 * RowBytes;

    private long Stride => (long)plan.Parts * plan.PartDepth;

    public void Pack(int panel, int piece, byte* to)
    {
        (int part, int block) = Math.DivRem(piece, plan.Blocks);
        int column = panel * ByteUnit.Side, columns = Math.Min(ByteUnit.Side, plan.N - column);
        sbyte* from = weights + (column * Stride) + ((long)part * plan.PartDepth);
        float* floats = (float*)(to + plan.FloatsAt);
        for (int c = 0; c < ByteUnit.Side; c++)
        {
            floats[c] = block == plan.Blocks - 1 && c < columns ? Sum(from + (c * Stride), plan.PartDepth) : 0;
            floats[ByteUnit.Side + c] = c < columns ? factors[column + c] : 0;
        }
        for (int step = 0; step < plan.StepsOf(block); step++, to += ByteUnit.StepBytes)
        {
            int first = (block * plan.Depth) + (step * ByteUnit.Depth);
            Turn(from + first, columns, Math.Min(ByteUnit.Depth, plan.PartDepth - first), to);
        }
    }

    private void Turn(sbyte* from, int columns, int count, byte* to)
    {
        long stride = Stride;
        byte* rows = stackalloc byte[ByteUnit.Side * RowBytes];
        if (columns < ByteUnit.Side || count < ByteUnit.Depth || stride % sizeof(int) != 0)
        {
            new Span<byte>(rows, ByteUnit.Side * RowBytes).Clear();
            for (int c = 0; c < columns; c++)
                new Span<byte>(from + (c * stride), count).CopyTo(new Span<byte>(rows + (c * RowBytes), RowBytes));
            from = (sbyte*)rows;
            stride = RowBytes;
        }
        else if (Sse.IsSupported)
            for (int c = 0; c < ByteUnit.Side; c++)
                Sse.Prefetch0(from + (c * stride) + Ahead);
        for (int c = 0; c < ByteUnit.Side; c += Half, to += Half * RowBytes)
            Packing.Transpose((float*)(from + (c * stride)), stride / sizeof(int), Half, Places, (float*)to, Half);
    }

    private static int Sum(sbyte* from, int count)
    {
        Vector256<int> even = default, odd = default;
        int i = 0;
        if (AvxVnni.IsSupported)
            for (; i <= count - 64; i += 64)
            {
                even = AvxVnni.MultiplyWideningAndAdd(even, Vector256<byte>.One, Vector256.Load(from + i));
                odd = AvxVnni.MultiplyWideningAndAdd(odd, Vector256<byte>.One, Vector256.Load(from + i + 32));
            }
        return Vector256.Sum(even + odd) + SumByWords(from + i, count - i);
    }

    private static int SumByWords(sbyte* from, int count)
    {
        Vector128<int> sums = default;
        int i = 0, rest = 0;
        for (; i <= count - 16; i += 16)
        {
            (Vector128<short> low, Vector128<short> high) = Vector128.Widen(Vector128.Load(from + i));
            (Vector128<int> first, Vector128<int> second) = Vector128.Widen(low + high);
            sums += first + second;
        }
        for (; i < count; i++)
            rest += from[i];
        return Vector128.Sum(sums) + rest;
    }
}
