using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Copies of short runs, where a call into the library would cost more than the copy.</summary>
// A method with a loop is optimised when it is first compiled, any other only after it has run for a while: what is small and hot melts into the loop.
internal static unsafe class Packing
{
    /// <summary>Floats of a line of the cache.</summary>
    public const int Line = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(float* from, float* to, int count)
    {
        int i = 0;
        for (; i <= count - 16; i += 16)
            Vector512.Load(from + i).Store(to + i);
        if (i <= count - 8)
        {
            Vector256.Load(from + i).Store(to + i);
            i += 8;
        }
        if (i <= count - 4)
        {
            Vector128.Load(from + i).Store(to + i);
            i += 4;
        }
        for (; i < count; i++)
            to[i] = from[i];
    }

    public static void Clear(float* to, int count) => new Span<float>(to, count).Clear();

    /// <summary>to [depth, rows] (rows side by side in steps of <paramref name="toStride"/>) = from [rows, depth].</summary>
    public static void Transpose(float* from, long fromStride, int rows, int depth, float* to, int toStride)
    {
        int row = 0;
        if (Avx.IsSupported)
            for (; row <= rows - 8; row += 8)
                TransposeEight(from + (row * fromStride), fromStride, depth, to + row, toStride);
        for (; row < rows; row++)
            for (int k = 0; k < depth; k++)
                to[((long)k * toStride) + row] = from[(row * fromStride) + k];
    }

    private static void TransposeEight(float* from, long fromStride, int depth, float* to, int toStride)
    {
        // Each row is a stream of its own, too short for the processor to see where the next eight begin.
        float* next = from + (8 * fromStride);
        int k = 0;
        for (; k <= depth - 16; k += 16)
        {
            for (int row = 0; row < 8; row++)
                Sse.Prefetch0(next + (row * fromStride) + k);
            TransposeSquare(from + k, fromStride, to + ((long)k * toStride), toStride);
            TransposeSquare(from + k + 8, fromStride, to + ((k + 8L) * toStride), toStride);
        }
        for (; k <= depth - 8; k += 8)
            TransposeSquare(from + k, fromStride, to + ((long)k * toStride), toStride);
        for (; k < depth; k++)
            for (int row = 0; row < 8; row++)
                to[((long)k * toStride) + row] = from[(row * fromStride) + k];
    }

    // 8 x 8: halves of rows i and i + 4 share a register, so that the rest stays within 128-bit lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeSquare(float* from, long fromStride, float* to, int toStride)
    {
        TransposeHalf(from, fromStride, to, toStride);
        TransposeHalf(from + 4, fromStride, to + (4 * toStride), toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeHalf(float* from, long fromStride, float* to, int toStride)
    {
        Vector256<float> r0 = Rows(from, fromStride, 0);
        Vector256<float> r1 = Rows(from, fromStride, 1);
        Vector256<float> r2 = Rows(from, fromStride, 2);
        Vector256<float> r3 = Rows(from, fromStride, 3);
        Vector256<float> low01 = Avx.UnpackLow(r0, r1);
        Vector256<float> low23 = Avx.UnpackLow(r2, r3);
        Vector256<float> high01 = Avx.UnpackHigh(r0, r1);
        Vector256<float> high23 = Avx.UnpackHigh(r2, r3);
        Avx.Shuffle(low01, low23, 0x44).Store(to);
        Avx.Shuffle(low01, low23, 0xEE).Store(to + toStride);
        Avx.Shuffle(high01, high23, 0x44).Store(to + (2 * toStride));
        Avx.Shuffle(high01, high23, 0xEE).Store(to + (3 * toStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Rows(float* from, long fromStride, int row) =>
        Vector256.Create(Vector128.Load(from + (row * fromStride)), Vector128.Load(from + ((row + 4) * fromStride)));
}
