using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// A block of windows from pixels to pixels. Transformed windows lie place by place, within it chunk by chunk of channels, each [windows, L.RowStride].
/// </summary>
/// <param name="windows">All windows of the pictures.</param>
/// <param name="first">First window of the block.</param>
/// <param name="count">Windows of the block.</param>
/// <param name="cut">How channels are cut.</param>
/// <param name="output">Where the results go.</param>
internal readonly unsafe struct WinogradBlock<L>(WinogradWindows windows, int first, int count, WinogradCut cut, GemmOutput output)
    where L : struct, IPanelLayout
{
    private readonly WinogradWindows _windows = windows;
    private readonly GemmOutput _output = output;
    private readonly int _rows = GemmPlan.Ceiling(count, Tile.MaxRows) * Tile.MaxRows;

    /// <summary>Floats of the products of one panel of columns at one place.</summary>
    public long SumFloats => (long)_rows * Tile.Columns;

    private long PlaceFloats => ((long)cut.Chunks * _rows * L.RowStride) + Packing.Line;

    /// <summary>The block's windows, transformed; valid until this thread asks again.</summary>
    public float* Transform<V>()
        where V : unmanaged, ILanes<V>
    {
        float* transformed = Scratch.Floats(Scratch.Slot.Windows, Winograd.Places * PlaceFloats);
        for (int part = 0; part < cut.Chunks; part++)
            for (int i = 0; i < count; i++)
                _windows.Transform<V>(first + i, part * cut.Chunk, cut.DepthOf(part), transformed + Row(part, i), PlaceFloats);
        return transformed;
    }

    /// <summary>One place of the windows times a panel of kernels [channels of a chunk, <see cref="Tile.Columns"/>].</summary>
    public void Multiply(float* transformed, int place, int part, int panel, float* kernels, float* sums)
    {
        float* left = transformed + (place * PlaceFloats) + Row(part, 0);
        for (int i = 0; i < count; i += Tile.Rows, left += Tile.Rows * L.RowStride, sums += Tile.Rows * Tile.Columns)
            Tile.Multiply<L>(Tile.Rows, cut.Columns(panel), cut.DepthOf(part), left, kernels, Tile.Columns, new TileTarget(sums, Tile.Columns, part > 0));
    }

    /// <summary>Turns the products of a window and a panel back into pixels and hands them on.</summary>
    /// <param name="i">Window of the block.</param>
    /// <param name="panel">Panel of columns.</param>
    /// <param name="sums">The panel's products at place 0.</param>
    /// <param name="stride">From one place to the next.</param>
    [SkipLocalsInit]
    public void Finish<V>(int i, int panel, float* sums, long stride)
        where V : unmanaged, ILanes<V>
    {
        float* pixels = stackalloc float[Winograd.Step * Winograd.Step * Tile.MaxColumns];
        WinogradTransform.Pixels<V>(sums + ((long)i * Tile.Columns), stride, pixels);
        (int row, int width, int height) = _windows.Pixels(first + i);
        for (int y = 0; y < height; y++, row += _windows.GridWidth, pixels += Winograd.Step * Tile.Columns)
            _output.Take(pixels, Tile.Columns, row, width, panel * Tile.Columns, cut.Columns(panel), true, true);
    }

    private long Row(int part, int i) => (((long)part * _rows) + i) * L.RowStride;
}
