namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Convolutions whose windows are read where they lie, tap by tap, while their sums stay in registers ("The Indirect Convolution Algorithm", Dukhan 2019,
/// https://arxiv.org/abs/1907.02129).
/// </summary>
internal static unsafe class IndirectGemm
{
    // Fewer channels are too short a run for what it costs to find it.
    private const int LeastChannels = 16;

    /// <summary>Whether there are windows enough for panels that all tasks share, and a tap's channels are worth finding where they lie.</summary>
    public static bool Suits(int pixels, int channels, int taps) => taps > 0 && channels >= LeastChannels && pixels > GemmPlan.MostRows;

    /// <summary>output = windows [pixels, k] right [k, n].</summary>
    public static void Run<B>(int pixels, int n, int k, in Patches windows, in B right, in GemmOutput output)
        where B : struct, IRight
    {
        IndirectPlan plan = IndirectPlan.Of(pixels, n, k, windows.Channels);
        int slab = Gemm.Slab(plan.Whole);
        float* packed = Scratch.Floats(Scratch.Slot.SharedRight, slab * plan.Whole.BlockFloats);
        for (int first = 0; first < plan.Whole.DepthBlocks; first += slab)
        {
            int blocks = Math.Min(slab, plan.Whole.DepthBlocks - first);
            Workers.Run(blocks * plan.Whole.PackTasks, new Gemm.PackRight<B>(plan.Whole, right, packed, first));
            Workers.Run(plan.Whole.RowBlocks * plan.Whole.ColumnBlocks, new MultiplyBlock(plan, windows, output, packed, first, blocks));
        }
    }

    // One task: a block of windows times a block of columns, over all blocks of depth in the slab.
    private readonly struct MultiplyBlock(IndirectPlan plan, Patches windows, GemmOutput output, float* packed, int firstBlock, int blocks) : IWork
    {
        public void Run(int task)
        {
            (int rowBlock, int columnBlock) = Math.DivRem(task, plan.Whole.ColumnBlocks);
            int start = rowBlock * plan.Whole.BlockRows, end = Math.Min(plan.Whole.M, start + plan.Whole.BlockRows);
            int firstPanel = columnBlock * plan.Whole.BlockPanels, lastPanel = Math.Min(plan.Whole.Panels, firstPanel + plan.Whole.BlockPanels);
            float** starts = Find(start, end);
            for (int block = 0; block < blocks; block++)
                for (int panel = firstPanel; panel < lastPanel; panel++)
                    MultiplyPanel(start, end, firstBlock + block, panel, starts, packed + (block * plan.Whole.BlockFloats) + ((long)panel * plan.Whole.PanelFloats));
        }

        // Where each tile's windows meet each tap, once for all panels.
        private float** Find(int start, int end)
        {
            float* zeros = Scratch.Floats(Scratch.Slot.Left, windows.Channels);
            Packing.Clear(zeros, windows.Channels);
            int tiles = GemmPlan.Ceiling(end - start, Tile.Rows);
            float** starts = (float**)Scratch.Floats(Scratch.Slot.Windows, (long)tiles * plan.TileStarts * sizeof(float*) / sizeof(float));
            for (int tile = 0, row = start; row < end; tile++, row += Tile.Rows)
                windows.Find(row, Math.Min(Tile.Rows, end - row), plan.Taps / windows.RunPixels, zeros, starts + ((long)tile * plan.TileStarts));
            return starts;
        }

        // All windows of the task meet one panel, while the next one comes from the third cache.
        private void MultiplyPanel(int start, int end, int block, int panel, float** starts, float* right)
        {
            float* tile = stackalloc float[Tile.MaxRows * Tile.MaxColumns];
            bool first = block == 0, last = block == plan.Whole.DepthBlocks - 1;
            int column = panel * Tile.Columns, columns = Math.Min(Tile.Columns, plan.Whole.N - column);
            int taps = plan.Whole.DepthOf(block) / windows.Channels;
            starts += block * plan.BlockTaps * Tile.MaxRows;
            Lying next = new(right + plan.Whole.PanelFloats, plan.Whole.PanelFloats, false);
            RowsAhead ahead = new(next, 1, plan.Whole.PanelFloats, GemmPlan.Ceiling(end - start, Tile.Rows));
            for (int row = start; row < end; row += Tile.Rows, starts += plan.TileStarts)
            {
                ahead.Fetch();
                int rows = Math.Min(Tile.Rows, end - row);
                bool direct = output.Direct(row, rows, column, columns, first, last, out TileTarget target);
                Tile.Multiply(rows, columns, taps, windows.Channels, starts, right, direct ? target : new TileTarget(tile, Tile.Columns, false));
                if (!direct)
                    output.Take(tile, Tile.Columns, row, rows, column, columns, first, last);
            }
        }
    }
}

/// <summary>How a convolution is cut whose windows are read where they lie.</summary>
/// <param name="Whole">The cut of its product; a block of depth is some whole taps.</param>
/// <param name="Taps">Taps of a window.</param>
/// <param name="BlockTaps">Taps of a block of depth.</param>
internal readonly record struct IndirectPlan(GemmPlan Whole, int Taps, int BlockTaps)
{
    // A panel of so much depth, the next one, and the windows' pixels fit into the second cache.
    private const int MostDepth = 1536, PixelFloats = 160 * 1024;

    // Windows that are worth fetching a panel for.
    private const int LeastRows = 64;

    /// <summary>Places that are found for one tile.</summary>
    public int TileStarts => Taps * Tile.MaxRows;

    public static IndirectPlan Of(int pixels, int n, int k, int channels)
    {
        int taps = k / channels;
        int blockTaps = GemmPlan.EvenPart(taps, Math.Clamp(MostDepth / channels, 1, taps), 1);
        GemmPlan whole = GemmPlan.Of(pixels, n, k);
        int rows = Math.Max(LeastRows, PixelFloats / channels / Tile.MaxRows * Tile.MaxRows);
        return new(whole with { Depth = blockTaps * channels, BlockRows = Math.Min(rows, whole.BlockRows) }, taps, blockTaps);
    }
}
