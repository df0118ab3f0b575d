using System.Runtime.Intrinsics;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Products whose depth is long beside their result, as gradients of weights are: the depth is split too, each task packs its own right panels, and the
/// partial products are added in order. The number of splits follows from the extents alone.
/// </summary>
internal static unsafe class GemmTall
{
    private const int MostRows = 480;
    private const int WantedTasks = 16;
    private const long PartialFloats = 4 << 20;

    // Multiply-adds that are worth a task, and blocks of depth that are worth a partial product.
    private const long TaskWork = 250_000;
    private const int LeastBlocks = 2;

    /// <summary>Whether a product has too few rows and columns to be shared out by them.</summary>
    public static bool Suits(int m, int n, int k) => k >= 4 * GemmPlan.MostDepth && GemmPlan.Ceiling(m, 48) * (long)GemmPlan.Ceiling(n, GemmPlan.MostColumns) < 8;

    /// <summary>output = left [m, k] right [k, n].</summary>
    public static void Run<A, L, B>(int m, int n, int k, in A left, in B right, in GemmOutput output)
        where A : struct, ILeft<L>
        where L : struct, IPanelLayout
        where B : struct, IRight
    {
        if (m == 0 || n == 0)
            return;
        GemmPlan plan = GemmPlan.Of(m, n, k) with { BlockRows = GemmPlan.EvenPart(m, MostRows, Tile.MaxRows) };
        int splits = Splits(plan);
        if (splits == 1)
        {
            Workers.Run(plan.RowBlocks * plan.ColumnBlocks, new MultiplySplit<A, L, B>(plan, left, right, output, 1, 0));
            return;
        }
        long size = (long)m * n;
        float* partial = Scratch.Floats(Scratch.Slot.Partial, splits * size);
        GemmOutput part = GemmOutput.Plain(partial, n);
        Workers.Run(splits * plan.RowBlocks * plan.ColumnBlocks, new MultiplySplit<A, L, B>(plan, left, right, part, splits, size));
        int rows = (int)Math.Clamp(PartialFloats / 256 / ((long)n * splits), 1, m);
        Workers.Run(GemmPlan.Ceiling(m, rows), new AddPartials(partial, splits, m, n, rows, output));
    }

    private static int Splits(in GemmPlan plan)
    {
        long tasks = Math.Clamp((long)plan.M * plan.N * plan.K / TaskWork, 1, WantedTasks);
        long splits = Math.Min(GemmPlan.Ceiling(tasks, plan.RowBlocks * plan.ColumnBlocks), plan.DepthBlocks / LeastBlocks);
        return (int)Math.Max(1, Math.Min(splits, PartialFloats / ((long)plan.M * plan.N)));
    }

    // One task: a split of the depth, a block of rows, a block of columns.
    private struct MultiplySplit<A, L, B>(GemmPlan plan, A left, B right, GemmOutput output, int splits, long splitFloats) : IWork
        where A : struct, ILeft<L>
        where L : struct, IPanelLayout
        where B : struct, IRight
    {
        public void Run(int task)
        {
            (int split, int part) = Math.DivRem(task, plan.RowBlocks * plan.ColumnBlocks);
            (int rowBlock, int columnBlock) = Math.DivRem(part, plan.ColumnBlocks);
            int start = rowBlock * plan.BlockRows;
            int firstPanel = columnBlock * plan.BlockPanels;
            int panels = Math.Min(plan.BlockPanels, plan.Panels - firstPanel);
            float* packed = Scratch.Floats(Scratch.Slot.Right, (long)plan.BlockPanels * plan.PanelFloats);
            GemmOutput to = output;
            to.Y += split * splitFloats;
            int first = (int)((long)plan.DepthBlocks * split / splits);
            int end = (int)((long)plan.DepthBlocks * (split + 1) / splits);
            for (int block = first; block < end; block++)
            {
                Pack(block, firstPanel, panels, packed);
                GemmBlock at = new(start, Math.Min(plan.M, start + plan.BlockRows), firstPanel, panels, block, block == first, block == end - 1);
                at.Multiply<A, L>(plan, left, to, packed);
            }
        }

        private void Pack(int block, int firstPanel, int panels, float* packed)
        {
            for (int p = 0; p < panels; p++)
            {
                int column = (firstPanel + p) * Tile.Columns;
                int columns = Math.Min(Tile.Columns, plan.N - column);
                right.Pack(column, columns, plan.DepthStart(block), plan.DepthOf(block), packed + ((long)p * plan.PanelFloats));
            }
        }
    }

    // One task: some rows of the sum of all partial products.
    private readonly struct AddPartials(float* partial, int splits, int m, int n, int rows, GemmOutput output) : IWork
    {
        public void Run(int task)
        {
            float* tile = stackalloc float[Tile.MaxColumns];
            for (int row = task * rows; row < Math.Min(m, (task + 1) * rows); row++)
                for (int column = 0; column < n; column += Tile.Columns)
                {
                    int columns = Math.Min(Tile.Columns, n - column);
                    Add(((long)row * n) + column, columns, tile);
                    output.Take(tile, row, 1, column, columns, true, true);
                }
        }

        private void Add(long place, int columns, float* tile)
        {
            if (Vector512.IsHardwareAccelerated)
                Add<Lanes512>(place, columns, tile);
            else
                Add<LanesNative>(place, columns, tile);
        }

        private void Add<V>(long place, int columns, float* tile)
            where V : unmanaged, ILanes<V>
        {
            for (int i = 0; i < columns; i += V.Count)
            {
                int part = Math.Min(V.Count, columns - i);
                V sum = V.Of(0);
                for (int split = 0; split < splits; split++)
                    sum += GemmOutput.Load<V>(partial + ((long)split * m * n) + place + i, part);
                sum.Store(tile + i);
            }
        }
    }
}
