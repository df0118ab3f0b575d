using System.Runtime.Intrinsics;
using Pareidolia.Tensors.Cpu.Emitted;

namespace Pareidolia.Tensors.Cpu;

/// <summary>One side of a product of bytes, as panels for the kernels of bytes. Behind a panel's bytes stand two floats for each of its rows or columns.</summary>
internal unsafe interface IBytePanels
{
    /// <summary>Writes one panel of one piece of the depth, zeros beyond the matrix.</summary>
    void Pack(int panel, int piece, byte* to);
}

/// <summary>How a product of bytes is cut: its depth in parts (taps), whose sums are integers and meet in float32, and each in blocks.</summary>
internal readonly record struct BytePlan(int M, int N, int Parts, int PartDepth, int Depth)
{
    // Panels of both sides that are multiplied just now stay in the first cache.
    private const int MostDepth = 768;

    // Sums of parts that are no deeper would wait for longer than they take: all pieces of a panel are packed at once then.
    private const int ShortPart = 320;

    public int Blocks => GemmPlan.Ceiling(PartDepth, Depth);

    /// <summary>Blocks of all parts, part by part.</summary>
    public int Pieces => Parts * Blocks;

    /// <summary>Pieces that a task packs at once.</summary>
    public int Together => PartDepth <= ShortPart ? Pieces : 1;

    public int RowPanels => GemmPlan.Ceiling(M, ByteUnit.Side);

    public int ColumnPanels => GemmPlan.Ceiling(N, ByteUnit.Side);

    /// <summary>Where the floats of a panel begin.</summary>
    public int FloatsAt => Depth / ByteUnit.Depth * ByteUnit.StepBytes;

    public int PanelBytes => FloatsAt + (2 * ByteUnit.Side * sizeof(float));

    public static BytePlan Of(int m, int n, int parts, int partDepth) => new(m, n, parts, partDepth, GemmPlan.EvenPart(partDepth, MostDepth, ByteUnit.Depth));

    public int DepthOf(int block) => Math.Min(Depth, PartDepth - (block * Depth));

    public int StepsOf(int block) => GemmPlan.Ceiling(DepthOf(block), ByteUnit.Depth);

    /// <summary>Where a panel that all tasks read lies.</summary>
    public unsafe byte* Shared(byte* packed, int panel, int piece) => packed + ((((long)panel * Pieces) + piece) * PanelBytes);
}

/// <summary>The pixels that a convolution's windows meet: each step of a panel is 32 rows of 64 bytes; the floats are factors and shifts.</summary>
internal readonly unsafe struct PixelPanels(PixelBytes pixels, Shape x, Shape y, ConvGeometry p, BytePlan plan) : IBytePanels
{
    private const int Nowhere = -1, TileRows = 16, RowBytes = 64;

    public void Pack(int panel, int piece, byte* to)
    {
        (int part, int block) = Math.DivRem(piece, plan.Blocks);
        int row = panel * ByteUnit.Side, rows = Math.Min(ByteUnit.Side, plan.M - row), depth = plan.DepthOf(block);
        int* places = stackalloc int[ByteUnit.Side];
        Find(row, rows, part, places);
        float* floats = (float*)(to + plan.FloatsAt);
        for (int r = 0; r < ByteUnit.Side; r++)
        {
            bool meets = places[r] != Nowhere;
            floats[r] = meets ? pixels.Factors[places[r]] : 0;
            floats[ByteUnit.Side + r] = meets ? pixels.Shifts[places[r]] : 0;
            byte* from = meets ? pixels.Bytes + ((long)places[r] * pixels.Channels) + (block * plan.Depth) : null;
            Spread(from, depth, plan.StepsOf(block), to + (r / TileRows * TileRows * RowBytes) + (r % TileRows * RowBytes));
        }
    }

    // The pixel that a tap of each window meets.
    private void Find(int row, int rows, int tap, int* places)
    {
        (int down, int right) = (tap / p.KernelW * p.DilationH - p.Top, tap % p.KernelW * p.DilationW - p.Left);
        (int line, int column) = Math.DivRem(row, y[2]);
        (int image, int at) = Math.DivRem(line, y[1]);
        for (int r = 0; r < ByteUnit.Side; r++)
        {
            int ih = (at * p.StrideH) + down, iw = (column * p.StrideW) + right;
            bool inside = r < rows && (uint)ih < (uint)x[1] && (uint)iw < (uint)x[2];
            places[r] = inside ? (((image * x[1]) + ih) * x[2]) + iw : Nowhere;
            if (++column == y[2])
                (column, at) = (0, at + 1);
            if (at == y[1])
                (at, image) = (0, image + 1);
        }
    }

    // A row of bytes, 64 in each step, zeros behind them.
    private static void Spread(byte* from, int depth, int steps, byte* to)
    {
        for (int step = 0; step < steps; step++, to += ByteUnit.StepBytes)
        {
            int count = from == null ? 0 : Math.Clamp(depth - (step * ByteUnit.Depth), 0, ByteUnit.Depth);
            if (count == RowBytes)
            {
                Vector512.Load(from + (step * RowBytes)).Store(to);
                continue;
            }
            new Span<byte>(from + (step * RowBytes), count).CopyTo(new Span<byte>(to, RowBytes));
            new Span<byte>(to + count, RowBytes - count).Clear();
        }
    }
}
