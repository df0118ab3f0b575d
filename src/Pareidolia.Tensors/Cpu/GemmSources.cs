using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>A part of a matrix as it lies in memory, for who need not have it packed.</summary>
/// <param name="from">Its first element; null where it lies nowhere as it is.</param>
/// <param name="stride">From one of its lines to the next, in elements.</param>
/// <param name="byDepth">Whether a line holds elements of one depth; else it holds one row of a left matrix, or one column of a right one.</param>
internal readonly unsafe struct Lying(float* from, long stride, bool byDepth)
{
    public float* From => from;

    public long Stride => stride;

    public bool ByDepth => byDepth;
}

/// <summary>Where the left matrix [m, k] of a product comes from.</summary>
internal unsafe interface ILeft<L>
    where L : struct, IPanelLayout
{
    /// <summary>
    /// Writes rows x depth elements from (row, k) on as a panel of layout <typeparamref name="L"/>; returns it, or one that is there already.
    /// </summary>
    float* Pack(int row, int rows, int k, int depth, float* panel);

    /// <summary>Where it lies from (row, k) on.</summary>
    Lying At(int row, int k);
}

/// <summary>Where the right matrix [k, n] of a product comes from.</summary>
internal unsafe interface IRight
{
    /// <summary>Writes depth x columns elements from (k, column) on as a panel [depth, <see cref="Tile.Columns"/>], zeros beyond.</summary>
    void Pack(int column, int columns, int k, int depth, float* panel);

    /// <summary>Where it lies from (k, column) on.</summary>
    Lying At(int column, int k);
}

/// <summary>A matrix [m, k] in memory.</summary>
internal readonly unsafe struct LeftRows(float* start, long stride) : ILeft<RowPanel>
{
    public float* Pack(int row, int rows, int k, int depth, float* panel)
    {
        for (int r = 0; r < rows; r++)
            Packing.Copy(start + ((row + r) * stride) + k, panel + (r * RowPanel.RowStride), depth);
        return panel;
    }

    public Lying At(int row, int k) => new(start + (row * stride) + k, stride, false);
}

/// <summary>A matrix stored transposed, [k, m].</summary>
internal readonly unsafe struct LeftColumns(float* start, long stride) : ILeft<DepthPanel>
{
    public float* Pack(int row, int rows, int k, int depth, float* panel)
    {
        float* from = start + (k * stride) + row;
        for (int i = 0; i < depth; i++, from += stride)
            Packing.Copy(from, panel + (i * DepthPanel.DepthStride), rows);
        return panel;
    }

    public Lying At(int row, int k) => new(start + (k * stride) + row, stride, true);
}

/// <summary>A left matrix whose panels have all been packed before, block of depth by block of depth.</summary>
internal readonly unsafe struct LeftPanels<L>(float* packed, int panelFloats, int panels, int blockDepth) : ILeft<L>
    where L : struct, IPanelLayout
{
    [MethodImpl(Lanes.Inline)]
    public float* Pack(int row, int rows, int k, int depth, float* panel) => Panel(k / blockDepth, row / Tile.Rows);

    public Lying At(int row, int k) => default;

    public float* Panel(int block, int panel) => packed + ((((long)block * panels) + panel) * panelFloats);
}

/// <summary>A matrix [k, n] in memory.</summary>
internal readonly unsafe struct RightRows(float* start, long stride) : IRight
{
    // Each row is read a little, and no prefetcher sees the next ones coming.
    private const int Ahead = 16;

    public void Pack(int column, int columns, int k, int depth, float* panel)
    {
        float* from = start + (k * stride) + column;
        for (int i = 0; i < depth; i++, from += stride, panel += Tile.Columns)
        {
            if (Sse.IsSupported)
                for (int c = 0; c < columns; c += Packing.Line)
                    Sse.Prefetch1(from + (Ahead * stride) + c);
            RightPanel.CopyRow(from, panel, columns, Tile.Columns);
        }
    }

    public Lying At(int column, int k) => new(start + (k * stride) + column, stride, true);
}

/// <summary>A matrix stored transposed, [n, k].</summary>
internal readonly unsafe struct RightColumns(float* start, long stride) : IRight
{
    public void Pack(int column, int columns, int k, int depth, float* panel) =>
        RightPanel.Turn(start + (column * stride) + k, stride, columns, depth, panel, Tile.Columns);

    public Lying At(int column, int k) => new(start + (column * stride) + k, stride, false);
}

/// <summary>What the right panels of all sources share.</summary>
internal static unsafe class RightPanel
{
    /// <summary>One row of a panel of so many columns in all, zeros behind it.</summary>
    [MethodImpl(Lanes.Inline)]
    public static void CopyRow(float* from, float* to, int columns, int width)
    {
        if (columns == width)
        {
            Packing.Copy(from, to, width);
            return;
        }
        Packing.Copy(from, to, columns);
        for (int i = columns; i < width; i++)
            to[i] = 0;
    }

    /// <summary>A panel [depth, width] of columns that lie a stride apart, zeros behind them.</summary>
    public static void Turn(float* from, long stride, int columns, int depth, float* to, int width)
    {
        if (columns < width)
            Packing.Clear(to, depth * width);
        Packing.Transpose(from, stride, columns, depth, to, width);
    }
}
