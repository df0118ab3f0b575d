using System.Runtime.Intrinsics;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// 3x3 convolutions of stride 1 with a quarter of the products, F(4x4, 3x3) of "Fast Algorithms for Convolutional Neural Networks", Lavin and
/// Gray, 2015, https://arxiv.org/abs/1509.09308: windows of 6x6 pixels and the kernels are transformed, multiplied place by place, which is 36
/// matrix products, and transformed back to 4x4 pixels.
/// A task takes a block of windows and a block of columns from start to end; kernels are transformed anew for each block, because they would
/// fill the memory fourfold otherwise.
/// </summary>
internal static unsafe class Winograd
{
    /// <summary>Pixels of a side that one window gives.</summary>
    public const int Step = 4;

    /// <summary>Pixels of a side of a window.</summary>
    public const int Side = Step + 2;

    /// <summary>Products of one window.</summary>
    public const int Places = Side * Side;

    /// <summary>Channels that are multiplied at a time: kernels and sums of so many stay in a core's cache.</summary>
    public const int ChunkDepth = 64;

    private const int LeastChannels = 32;

    // Kernels that only so many windows share are transformed for less than the products cost.
    private const int FewestWindows = 8;
    private const int MostWindows = 96;
    private const int LeastWindows = 36;
    private const long WindowFloats = 768 << 10;
    private const int LeastColumns = 128;
    private const int WantedTasks = 16;

    /// <summary>Whether it is allowed, and pays: enough channels and windows, and most of the windows' pixels inside the picture.</summary>
    public static bool Suits(ConvGeometry p, int depth, int outputs, Shape y)
    {
        if (!Approximation.IsAllowed || Math.Min(depth, outputs) < LeastChannels)
            return false;
        long windows = GemmPlan.Ceiling(y[1], Step) * (long)GemmPlan.Ceiling(y[2], Step);
        return p with { Top = 0, Bottom = 0, Left = 0, Right = 0 } == new ConvGeometry(3, 3)
            && y[0] * windows >= FewestWindows && Step * Step * windows <= 2L * y[1] * y[2];
    }

    /// <summary>output [pixels of the grid, outputs] = windows of the patches times kernels.</summary>
    /// <param name="images">Pictures of the batch.</param>
    /// <param name="patches">Where the input lies, and its windows.</param>
    /// <param name="depth">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernels">[9 taps x depth, outputs].</param>
    /// <param name="output">Where the result goes.</param>
    public static void Run<B>(int images, in Patches patches, int depth, int outputs, in B kernels, in GemmOutput output)
        where B : struct, IRight
    {
        WinogradWindows windows = new(patches, depth);
        int count = images * windows.PerImage;
        long most = Math.Clamp(WindowFloats / (Places * (long)depth), LeastWindows, MostWindows);
        int block = GemmPlan.EvenPart(count, (int)most, Tile.MaxRows);
        int blocks = GemmPlan.Ceiling(count, block);
        int parts = Math.Clamp(GemmPlan.Ceiling(WantedTasks, blocks), 1, Math.Max(1, outputs / LeastColumns));
        int partPanels = GemmPlan.Ceiling(GemmPlan.Ceiling(outputs, Tile.Columns), parts);
        WinogradWork<B> work = new(windows, kernels, output, count, block, outputs, partPanels);
        LaneWorkers.Run(blocks * work.Parts, work);
    }
}

/// <summary>One task: a block of windows, a block of columns.</summary>
internal readonly unsafe struct WinogradWork<B>(
    WinogradWindows windows, B kernels, GemmOutput output, int count, int block, int outputs, int partPanels) : ILaneWork
    where B : struct, IRight
{
    private const int Chunk = Winograd.ChunkDepth;

    private readonly WinogradWindows _windows = windows;
    private readonly B _kernels = kernels;
    private readonly GemmOutput _output = output;

    /// <summary>Blocks of columns.</summary>
    public int Parts => GemmPlan.Ceiling(GemmPlan.Ceiling(outputs, Tile.Columns), partPanels);

    private int Chunks => GemmPlan.Ceiling(_windows.Depth, ChunkOf);

    // Chunks are cut evenly, in whole registers.
    private int ChunkOf => GemmPlan.EvenPart(_windows.Depth, Chunk, Lanes.Count);

    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        (int place, int part) = Math.DivRem(task, Parts);
        int first = place * block, used = Math.Min(block, count - first);
        long chunkFloats = (long)Winograd.Places * block * Chunk;
        float* transformed = Scratch.Floats(Scratch.Slot.Windows, Chunks * chunkFloats);
        for (int chunk = 0; chunk < Chunks; chunk++)
            for (int i = 0; i < used; i++)
                _windows.Transform<V>(first + i, chunk * ChunkOf, DepthOf(chunk), transformed + (chunk * chunkFloats) + (i * Chunk), block * Chunk);
        int end = Math.Min(outputs, (part + 1) * partPanels * Tile.Columns);
        for (int column = part * partPanels * Tile.Columns; column < end; column += Tile.Columns)
            Column<V>(first, used, column, Math.Min(Tile.Columns, outputs - column), transformed);
    }

    private int DepthOf(int chunk) => Math.Min(ChunkOf, _windows.Depth - (chunk * ChunkOf));

    // All windows of the block times one panel of columns.
    private void Column<V>(int first, int used, int column, int columns, float* transformed)
        where V : unmanaged, ILanes<V>
    {
        float* sums = Scratch.Floats(Scratch.Slot.Sums, (long)Winograd.Places * block * Tile.Columns);
        float* panels = Scratch.Floats(Scratch.Slot.Right, (Winograd.Places + 9L) * Chunk * Tile.Columns);
        for (int chunk = 0; chunk < Chunks; chunk++)
        {
            int depth = DepthOf(chunk);
            float* taps = panels + ((long)Winograd.Places * Chunk * Tile.Columns);
            for (int tap = 0; tap < 9; tap++)
                _kernels.Pack(column, columns, (tap * _windows.Depth) + (chunk * ChunkOf), depth, taps + (tap * Chunk * Tile.Columns));
            WinogradTransform.Kernels<V>(taps, Chunk * Tile.Columns, depth * Tile.Columns, panels, Chunk * Tile.Columns);
            Multiply(used, columns, depth, transformed + ((long)chunk * Winograd.Places * block * Chunk), panels, sums, chunk > 0);
        }
        Finish<V>(first, used, column, columns, sums);
    }

    private void Multiply(int used, int columns, int depth, float* left, float* right, float* sums, bool add)
    {
        for (int place = 0; place < Winograd.Places; place++)
            for (int i = 0; i < used; i += Tile.Rows)
            {
                long row = ((long)place * block) + i;
                TileTarget target = new(sums + (row * Tile.Columns), Tile.Columns, add);
                Tile.Multiply<WinogradPanel>(
                    Tile.Rows, columns, depth, left + (row * Chunk), right + ((long)place * Chunk * Tile.Columns), Tile.Columns, target);
            }
    }

    private void Finish<V>(int first, int used, int column, int columns, float* sums)
        where V : unmanaged, ILanes<V>
    {
        float* pixels = stackalloc float[Winograd.Step * Winograd.Step * Tile.MaxColumns];
        for (int i = 0; i < used; i++)
        {
            WinogradTransform.Pixels<V>(sums + ((long)i * Tile.Columns), (long)block * Tile.Columns, pixels);
            (int row, int width, int height) = _windows.Pixels(first + i);
            for (int y = 0; y < height; y++)
                _output.Take(pixels + (y * Winograd.Step * Tile.Columns), Tile.Columns, row + (y * _windows.GridWidth), width, column, columns, true, true);
        }
    }

    private readonly struct WinogradPanel : IPanelLayout
    {
        public static int RowStride => Chunk;
        public static int DepthStride => 1;
    }
}
