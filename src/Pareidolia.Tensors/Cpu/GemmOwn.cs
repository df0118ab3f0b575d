using System.Runtime.Intrinsics;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Products in which each task packs its own right panels, which stay in its cache: those of few rows, and those whose depth is long beside
/// their result, as gradients of weights are. There the depth is split as well and the partial products are added in order; the number of
/// splits follows from the extents alone.
/// </summary>
internal static unsafe class GemmOwn
{
    // Left rows are packed once for each block of columns, right columns once for each block of rows.
    private const int LeastColumns = 96, LeastRows = 96;

    // Columns that give so many tasks are enough for any machine; partial products of fewer are written and read once more.
    private const int LeastTasks = 6;
    private const long PartialFloats = 4 << 20;

    // A left matrix that so many blocks of columns read is packed once for all of them, unless that would take too much memory.
    private const int LeastUses = 6;
    private const long SharedLeftFloats = 8 << 20;

    // Blocks of depth that are worth a partial product.
    private const int LeastBlocks = 2;

    /// <summary>Whether panels that all tasks share would be used too rarely, or there are too few rows and columns to share out.</summary>
    public static bool Suits(int m, int n, int k) => m <= GemmPlan.MostRows
        || (k >= 4 * GemmPlan.MostDepth && GemmPlan.Ceiling(m, 48) * (long)GemmPlan.Ceiling(n, GemmPlan.MostColumns) < 8);

    /// <summary>output = left [m, k] right [k, n].</summary>
    public static void Run<A, L, B>(int m, int n, int k, in A left, in B right, in GemmOutput output)
        where A : struct, ILeft<L>
        where L : struct, IPanelLayout
        where B : struct, IRight
    {
        if (m == 0 || n == 0)
            return;
        GemmPlan plan = GemmPlan.Of(m, n, k) with { BlockRows = GemmPlan.EvenPart(m, GemmPlan.MostRows, Tile.MaxRows) };
        int splits = Splits(plan);
        plan = Shared(plan, GemmPlan.Ceiling(GemmPlan.Wanted(m, n, k, CpuBackend.Threads), splits));
        if (plan.ColumnBlocks >= LeastUses && (long)m * k <= SharedLeftFloats)
            Run<LeftPanels<L>, L, B>(plan, splits, PackLeft<A, L>(plan, left), right, output);
        else
            Run<A, L, B>(plan, splits, left, right, output);
    }

    private static void Run<A, L, B>(in GemmPlan plan, int splits, in A left, in B right, in GemmOutput output)
        where A : struct, ILeft<L>
        where L : struct, IPanelLayout
        where B : struct, IRight
    {
        int tasks = plan.RowBlocks * plan.ColumnBlocks * splits;
        if (splits == 1)
        {
            Workers.Run(tasks, new MultiplySplit<A, L, B>(plan, left, right, output, 1, 0));
            return;
        }
        long size = (long)plan.M * plan.N;
        float* partial = Scratch.Floats(Scratch.Slot.Partial, splits * size);
        Workers.Run(tasks, new MultiplySplit<A, L, B>(plan, left, right, GemmOutput.Plain(partial, plan.N), splits, size));
        int rows = (int)Math.Clamp(PartialFloats / 256 / ((long)plan.N * splits), 1, plan.M);
        Workers.Run(GemmPlan.Ceiling(plan.M, rows), new AddPartials(partial, splits, plan.M, plan.N, rows, output));
    }

    private static LeftPanels<L> PackLeft<A, L>(in GemmPlan plan, in A left)
        where A : struct, ILeft<L>
        where L : struct, IPanelLayout
    {
        int panels = GemmPlan.Ceiling(plan.M, Tile.Rows);
        int panelFloats = Math.Max(L.RowStride * Tile.Rows, L.DepthStride * plan.Depth);
        float* packed = Scratch.Floats(Scratch.Slot.SharedLeft, (long)plan.DepthBlocks * panels * panelFloats);
        LeftPanels<L> to = new(packed, panelFloats, panels, plan.Depth);
        Workers.Run(plan.DepthBlocks, new PackLeftBlock<A, L>(plan, left, to, panels));
        return to;
    }

    private static int Splits(in GemmPlan plan)
    {
        int tasks = plan.RowBlocks * GemmPlan.Ceiling(plan.N, LeastColumns);
        long splits = Math.Min(GemmPlan.Ceiling(GemmPlan.Wanted(plan.M, plan.N, plan.K, LeastTasks), tasks), plan.DepthBlocks / LeastBlocks);
        return (int)Math.Max(1, Math.Min(splits, PartialFloats / ((long)plan.M * plan.N)));
    }

    // So many tasks, by cutting the longer side where its parts stay long enough for the packing of the other to pay.
    private static GemmPlan Shared(in GemmPlan plan, int tasks)
    {
        if (plan.M > plan.N)
        {
            int rows = Math.Max(LeastRows, GemmPlan.Ceiling(plan.M, GemmPlan.Ceiling(tasks, plan.ColumnBlocks)));
            return plan with { BlockRows = Math.Min(plan.BlockRows, GemmPlan.EvenPart(plan.M, rows, Tile.MaxRows)) };
        }
        // As many for each thread: the fifth of five would keep one waiting.
        int threads = GemmPlan.Ceiling(tasks, plan.RowBlocks), blocks = GemmPlan.Ceiling(plan.ColumnBlocks, threads) * threads;
        int panels = Math.Max(LeastColumns / Tile.Columns, GemmPlan.Ceiling(plan.Panels, blocks));
        return plan with { BlockPanels = Math.Min(plan.BlockPanels, panels) };
    }

    // One task: a block of depth, all rows.
    private struct PackLeftBlock<A, L>(GemmPlan plan, A left, LeftPanels<L> to, int panels) : IWork
        where A : struct, ILeft<L>
        where L : struct, IPanelLayout
    {
        public void Run(int task)
        {
            for (int panel = 0; panel < panels; panel++)
            {
                int row = panel * Tile.Rows;
                _ = left.Pack(row, Math.Min(Tile.Rows, plan.M - row), plan.DepthStart(task), plan.DepthOf(task), to.Panel(task, panel));
            }
        }
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
            int stop = Math.Min(plan.M, start + plan.BlockRows);
            int firstPanel = plan.Panels * columnBlock / plan.ColumnBlocks;
            int panels = (plan.Panels * (columnBlock + 1) / plan.ColumnBlocks) - firstPanel;
            float* packed = Scratch.Floats(Scratch.Slot.Right, (long)plan.BlockPanels * plan.PanelFloats);
            GemmOutput to = output;
            to.Y += split * splitFloats;
            int first = (int)((long)plan.DepthBlocks * split / splits);
            int end = (int)((long)plan.DepthBlocks * (split + 1) / splits);
            for (int block = first; block < end; block++)
            {
                for (int p = 0; p < panels; p++)
                    plan.Pack(right, firstPanel + p, block, packed + ((long)p * plan.PanelFloats));
                GemmBlock at = new(start, stop, firstPanel, panels, block, block == first, block == end - 1);
                at.Multiply<A, L>(plan, left, to, packed);
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
                    output.Take(tile, Tile.Columns, row, 1, column, columns, true, true);
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
