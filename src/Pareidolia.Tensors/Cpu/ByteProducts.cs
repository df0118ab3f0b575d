using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pareidolia.Tensors.Cpu.Emitted;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>How eight sums gain the products of four bytes each.</summary>
internal interface IQuadProducts
{
    static abstract Vector256<int> Add(Vector256<int> sums, Vector256<byte> left, Vector256<sbyte> right);
}

/// <summary>The kernel of <see cref="ByteUnit"/> by intrinsics: four rows and sixteen columns at a time, because eight sums and what they need fit into 16 registers.</summary>
internal static unsafe class ByteProducts
{
    private const int Rows = 4, Half = ByteUnit.StepBytes / 2, TileRows = 16, RowBytes = 64, PlaceBytes = 4, Columns = 16;

    /// <summary>See <see cref="ByteUnit.Multiply"/>.</summary>
    public static void Multiply(byte* left, byte* right, int* sums, int steps, bool fresh)
    {
        if (AvxVnni.IsSupported)
            Multiply<Fused>(left, right, sums, steps, fresh);
        else if (Avx2.IsSupported)
            Multiply<Paired>(left, right, sums, steps, fresh);
        else
            Multiply<Plain>(left, right, sums, steps, fresh);
    }

    /// <summary>The same by products of a kind.</summary>
    public static void Multiply<P>(byte* left, byte* right, int* sums, int steps, bool fresh)
        where P : struct, IQuadProducts
    {
        if (fresh)
            new Span<int>(sums, ByteUnit.Side * ByteUnit.Side).Clear();
        for (int row = 0; row < ByteUnit.Side; row += Rows)
            for (int half = 0; half < 2; half++)
                Block<P>(left + (row / TileRows * Half) + (row % TileRows * RowBytes), right + (half * Half), sums + (row * ByteUnit.Side) + (half * Columns), steps);
    }

    private static void Block<P>(byte* left, byte* right, int* sums, int steps)
        where P : struct, IQuadProducts
    {
        Vector256<int> a0 = Sum(sums, 0), a1 = Sum(sums, 1), a2 = Sum(sums, 2), a3 = Sum(sums, 3);
        Vector256<int> b0 = Sum(sums + 8, 0), b1 = Sum(sums + 8, 1), b2 = Sum(sums + 8, 2), b3 = Sum(sums + 8, 3);
        for (int step = 0; step < steps; step++, left += ByteUnit.StepBytes - RowBytes, right += Half)
            for (int place = 0; place < RowBytes / PlaceBytes; place++, left += PlaceBytes, right += RowBytes)
            {
                Vector256<sbyte> first = Vector256.Load((sbyte*)right), second = Vector256.Load((sbyte*)right + 32);
                Vector256<byte> r0 = Place(left, 0), r1 = Place(left, 1), r2 = Place(left, 2), r3 = Place(left, 3);
                (a0, b0) = (P.Add(a0, r0, first), P.Add(b0, r0, second));
                (a1, b1) = (P.Add(a1, r1, first), P.Add(b1, r1, second));
                (a2, b2) = (P.Add(a2, r2, first), P.Add(b2, r2, second));
                (a3, b3) = (P.Add(a3, r3, first), P.Add(b3, r3, second));
            }
        Store(sums, a0, a1, a2, a3);
        Store(sums + 8, b0, b1, b2, b3);
    }

    [MethodImpl(Lanes.Inline)]
    private static Vector256<int> Sum(int* sums, int row) => Vector256.Load(sums + (row * ByteUnit.Side));

    [MethodImpl(Lanes.Inline)]
    private static Vector256<byte> Place(byte* left, int row) => Vector256.Create(*(int*)(left + (row * RowBytes))).AsByte();

    [MethodImpl(Lanes.Inline)]
    private static void Store(int* sums, Vector256<int> r0, Vector256<int> r1, Vector256<int> r2, Vector256<int> r3)
    {
        r0.Store(sums);
        r1.Store(sums + ByteUnit.Side);
        r2.Store(sums + (2 * ByteUnit.Side));
        r3.Store(sums + (3 * ByteUnit.Side));
    }

    /// <summary>One instruction.</summary>
    internal readonly struct Fused : IQuadProducts
    {
        [MethodImpl(Lanes.Inline)]
        public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> left, Vector256<sbyte> right) =>
            AvxVnni.MultiplyWideningAndAdd(sums, left, right);
    }

    /// <summary>Even and odd bytes as words, whose products are added in pairs: products of bytes alone would not fit into words.</summary>
    internal readonly struct Paired : IQuadProducts
    {
        [MethodImpl(Lanes.Inline)]
        public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> left, Vector256<sbyte> right)
        {
            Vector256<short> x = left.AsInt16(), w = right.AsInt16();
            Vector256<int> even = Avx2.MultiplyAddAdjacent(x & Vector256.Create((short)255), (w << 8) >> 8);
            return sums + even + Avx2.MultiplyAddAdjacent(x >>> 8, w >> 8);
        }
    }

    /// <summary>Byte by byte.</summary>
    internal readonly struct Plain : IQuadProducts
    {
        [MethodImpl(Lanes.Inline)]
        public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> left, Vector256<sbyte> right)
        {
            Vector256<int> x = left.AsInt32(), w = right.AsInt32(), low = Vector256.Create(255);
            sums += (x & low) * ((w << 24) >> 24);
            sums += ((x >>> 8) & low) * ((w << 16) >> 24);
            sums += ((x >>> 16) & low) * ((w << 8) >> 24);
            return sums + ((x >>> 24) * (w >> 24));
        }
    }
}
