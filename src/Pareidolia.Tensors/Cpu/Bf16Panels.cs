using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pareidolia.Tensors.Cpu.Emitted;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>One side of a product, as panels of bfloat16 for the kernels of bfloat16.</summary>
internal unsafe interface IHalfPanels
{
    /// <summary>Writes one panel of one block of depth, zeros beyond the matrix; returns it, or one that is there already.</summary>
    byte* Pack(int panel, int block, byte* to);
}

/// <summary>The left matrix: each step is 32 rows of 32 numbers.</summary>
internal readonly unsafe struct LeftHalf<A, L>(A left, Bf16Plan plan) : IHalfPanels
    where A : struct, ILeft<L>
    where L : struct, IPanelLayout
{
    // Rows that are fetched at once: what every source can give, and a transposition's width.
    private const int Rows = 8;

    public byte* Pack(int panel, int block, byte* to)
    {
        int row = panel * Bf16Unit.Side, depth = plan.DepthOf(block), steps = plan.StepsOf(block);
        int rows = Math.Min(Bf16Unit.Side, plan.M - row);
        if (rows < Bf16Unit.Side || depth < steps * Bf16Unit.Depth)
            new Span<byte>(to, steps * Bf16Unit.StepBytes).Clear();
        Lying at = left.At(row, block * plan.Depth);
        if (at.From == null || (at.ByDepth && (depth % Bf16Unit.Depth != 0 || rows % Bf16.TileRows != 0)))
            Gather(row, rows, block, to);
        else if (at.ByDepth)
            for (int r = 0; r < rows; r += Bf16.TileRows)
                for (int step = 0; step < steps; step++)
                    Bf16.TransposeDepths(at.From + (step * Bf16Unit.Depth * at.Stride) + r, at.Stride, to + (step * (long)Bf16Unit.StepBytes) + (r * Bf16.TileRow));
        else
            for (int r = 0; r < rows; r++)
                Bf16.Row(at.From + (r * at.Stride), depth, to + (r * Bf16.TileRow), Bf16Unit.StepBytes);
        return to;
    }

    private void Gather(int row, int rows, int block, byte* to)
    {
        int depth = plan.DepthOf(block);
        float* scratch = Scratch.Floats(Scratch.Slot.Left, (Tile.MaxRows + 1) * Tile.MaxDepth);
        for (int r = 0; r < rows; r += Rows)
        {
            int count = Math.Min(Rows, rows - r);
            float* fetched = left.Pack(row + r, count, block * plan.Depth, depth, scratch);
            if (L.DepthStride == 1)
                for (int i = 0; i < count; i++)
                    Bf16.Row(fetched + (i * L.RowStride), depth, to + ((r + i) * Bf16.TileRow), Bf16Unit.StepBytes);
            else
                Bf16.Columns(fetched, L.DepthStride, count, depth, to + (r * Bf16.TileRow));
        }
    }
}

/// <summary>The right matrix: each step is 16 pairs of rows, the pairs of columns 0..15 before those of columns 16..31.</summary>
internal readonly unsafe struct RightHalf<B>(B right, Bf16Plan plan) : IHalfPanels
    where B : struct, IRight
{
    public byte* Pack(int panel, int block, byte* to)
    {
        byte* packed = PanelColumns.Packed(right);
        if (packed != null)
            return plan.Shared(packed, panel, block);
        int column = panel * Bf16Unit.Side, depth = plan.DepthOf(block);
        float* scratch = Scratch.Floats(Scratch.Slot.Right, (Bf16Unit.Depth + 1) * Tile.MaxColumns);
        for (int k = 0; k < depth; k += Bf16Unit.Depth)
        {
            int count = Math.Min(Bf16Unit.Depth, depth - k);
            byte* step = to + ((long)k / Bf16Unit.Depth * Bf16Unit.StepBytes);
            Bf16.Step(right, column, Math.Min(Bf16Unit.Side, plan.N - column), (block * plan.Depth) + k, count, scratch, step);
        }
        return to;
    }
}

/// <summary>Float32 to bfloat16, to nearest even, in the orders of those kernels.</summary>
internal static unsafe class Bf16
{
    /// <summary>Bytes of a row of a tile.</summary>
    public const int TileRow = 64;

    /// <summary>Rows of a tile.</summary>
    public const int TileRows = 16;

    private const int Numbers = Bf16Unit.Depth;

    /// <summary>A row of so many numbers: 32 in each step, a step so many bytes from the next.</summary>
    public static void Row(float* from, int depth, byte* to, int stepBytes)
    {
        int k = 0;
        for (; k <= depth - Numbers; k += Numbers, to += stepBytes)
            Vector512.Narrow(Rounded(from + k) >> 16, Rounded(from + k + 16) >> 16).Store((ushort*)to);
        for (ushort* last = (ushort*)to; k < depth; k++)
            *last++ = (ushort)(Rounded(BitConverter.SingleToUInt32Bits(from[k])) >> 16);
    }

    /// <summary>Rows r < <paramref name="count"/> of numbers that lie <paramref name="stride"/> apart, the rows side by side.</summary>
    public static void Columns(float* from, int stride, int count, int depth, byte* to)
    {
        const int Rows = 8, Pairs = Numbers / 2;
        uint* pairs = stackalloc uint[Pairs * Rows];
        for (int k = 0; k < depth; k += Numbers, to += Bf16Unit.StepBytes)
        {
            for (int pair = 0; pair < Pairs; pair++)
            {
                float* low = from + ((k + (2 * pair)) * (long)stride);
                bool hasLow = k + (2 * pair) < depth, hasHigh = k + (2 * pair) + 1 < depth;
                for (int r = 0; r < Rows; r += Vector256<uint>.Count)
                {
                    Vector256<uint> first = hasLow ? Rounded256(low + r) : default, second = hasHigh ? Rounded256(low + stride + r) : default;
                    ((first >> 16) | (second & Vector256.Create(0xFFFF0000u))).Store(pairs + (pair * Rows) + r);
                }
            }
            Packing.Transpose((float*)pairs, Rows, Pairs, count, (float*)to, TileRow / sizeof(float));
        }
    }

    /// <summary>One step of a right panel, from row k on, zeros beyond so many rows and columns. Scratch has room for a panel [32, 32].</summary>
    public static void Step<B>(in B right, int column, int columns, int k, int rows, float* scratch, byte* to)
        where B : struct, IRight
    {
        Lying at = right.At(column, k);
        if (at.From != null && rows == Numbers && columns == Bf16Unit.Side)
        {
            if (at.ByDepth)
                Pairs(at.From, at.Stride, to);
            else
                TransposeColumns(at.From, at.Stride, to);
            return;
        }
        right.Pack(column, columns, k, rows, scratch);
        if (rows < Numbers)
            Packing.Clear(scratch + (rows * Tile.MaxColumns), (Numbers - rows) * Tile.MaxColumns);
        Pairs(scratch, Tile.MaxColumns, to);
    }

    /// <summary>A tile of 16 rows of 32 numbers whose depths lie a stride apart, the rows side by side.</summary>
    [SkipLocalsInit]
    public static void TransposeDepths(float* from, long stride, byte* to)
    {
        uint* square = stackalloc uint[TileRows * TileRows];
        for (int pair = 0; pair < TileRows; pair++, from += 2 * stride)
            Pair(from, from + stride, square + (pair * TileRows));
        Packing.Transpose((float*)square, TileRows, TileRows, TileRows, (float*)to, TileRows);
    }

    // Two tiles of 16 pairs of rows, of 32 columns that lie a stride apart, each with its depths side by side.
    [SkipLocalsInit]
    private static void TransposeColumns(float* from, long stride, byte* to)
    {
        uint* square = stackalloc uint[TileRows * TileRows];
        for (int half = 0; half < 2; half++, to += TileRows * TileRow)
        {
            for (int column = 0; column < TileRows; column++, from += stride)
                Vector512.Narrow(Rounded(from) >> 16, Rounded(from + 16) >> 16).Store((ushort*)(square + (column * TileRows)));
            Packing.Transpose((float*)square, TileRows, TileRows, TileRows, (float*)to, TileRows);
        }
    }

    /// <summary>A panel [32, 32], its rows a stride apart, as pairs of rows.</summary>
    public static void Pairs(float* from, long stride, byte* to)
    {
        for (int half = 0; half < 2; half++)
            for (int pair = 0; pair < Numbers / 2; pair++, to += TileRow)
            {
                float* low = from + (2 * pair * stride) + (half * 16);
                Pair(low, low + stride, (uint*)to);
            }
    }

    /// <summary>16 numbers of two rows as pairs.</summary>
    [MethodImpl(Lanes.Inline)]
    public static void Pair(float* low, float* high, uint* to) =>
        ((Rounded(low) >> 16) | (Rounded(high) & Vector512.Create(0xFFFF0000u))).Store(to);

    // Half a unit of the last place that stays, less a hair where the place is even: carries round upwards.
    [MethodImpl(Lanes.Inline)]
    private static Vector512<uint> Rounded(float* from)
    {
        Vector512<uint> x = Vector512.Load((uint*)from);
        return x + Vector512.Create(0x7FFFu) + ((x >> 16) & Vector512<uint>.One);
    }

    [MethodImpl(Lanes.Inline)]
    private static Vector256<uint> Rounded256(float* from)
    {
        Vector256<uint> x = Vector256.Load((uint*)from);
        return x + Vector256.Create(0x7FFFu) + ((x >> 16) & Vector256<uint>.One);
    }

    private static uint Rounded(uint x) => x + 0x7FFF + ((x >> 16) & 1);
}
