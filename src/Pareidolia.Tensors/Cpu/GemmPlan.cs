namespace Pareidolia.Tensors.Cpu;

/// <summary>How a product is cut. Depths are cut evenly and for every machine and number of threads alike, because they group the sums.</summary>
/// <param name="M">Rows of the product.</param>
/// <param name="N">Columns of the product.</param>
/// <param name="K">Depth of the product.</param>
/// <param name="Depth">Depth of one block.</param>
/// <param name="BlockRows">Rows of one task.</param>
/// <param name="BlockPanels">Right panels of one task.</param>
internal readonly record struct GemmPlan(int M, int N, int K, int Depth, int BlockRows, int BlockPanels)
{
    public const int MostDepth = 320;
    public const int MostColumns = 672;

    /// <summary>A left block of so many rows is still read from the second cache, and a right block that so many rows share is worth its packing.</summary>
    public const int MostRows = 1024;

    // Multiply-adds that are worth a task of their own: some five microseconds.
    private const long TaskWork = 250_000;

    // Few enough that panels are packed rarely, enough that a thread that is held up does not hold up the others.
    private const int TasksOfThread = 4;
    private const int PackFloats = 32 * 1024;

    public int DepthBlocks => Math.Max(1, Ceiling(K, Depth));
    public int Panels => Ceiling(N, Tile.Columns);
    public int RowBlocks => Ceiling(M, BlockRows);
    public int ColumnBlocks => Ceiling(Panels, BlockPanels);
    public int PanelFloats => Depth * Tile.Columns;
    public long BlockFloats => (long)Panels * PanelFloats;

    /// <summary>Panels that one packing task takes.</summary>
    public int PackPanels => Math.Max(1, PackFloats / PanelFloats);
    public int PackTasks => Ceiling(Panels, PackPanels);

    public static GemmPlan Of(int m, int n, int k)
    {
        int depth = EvenPart(Math.Max(k, 1), MostDepth, 8);
        int columns = EvenPart(n, MostColumns, Tile.Columns);
        int columnBlocks = Ceiling(n, columns);
        int wanted = Wanted(m, n, k, TasksOfThread * CpuBackend.Threads);
        int rows = Math.Min(MostRows, Ceiling(Ceiling(m * (long)columnBlocks, wanted), Tile.MaxRows) * Tile.MaxRows);
        return new GemmPlan(m, n, k, depth, rows, columns / Tile.Columns);
    }

    /// <summary>At most so many tasks, each worth its while. A number that follows the threads may decide how rows and columns are cut, which changes no sum.</summary>
    public static int Wanted(int m, int n, int k, int most) => (int)Math.Clamp((long)m * n * k / TaskWork, 1, most);

    public int DepthStart(int block) => block * Depth;

    public int DepthOf(int block) => Math.Min(Depth, K - (block * Depth));

    /// <summary>Packs one right panel of one block of depth.</summary>
    public unsafe void Pack<B>(in B right, int panel, int block, float* to)
        where B : struct, IRight
    {
        int column = panel * Tile.Columns;
        right.Pack(column, Math.Min(Tile.Columns, N - column), DepthStart(block), DepthOf(block), to);
    }

    // The extent of equal parts that are at most so large, in multiples of a unit.
    public static int EvenPart(int extent, int most, int unit) => Ceiling(Ceiling(extent, Ceiling(extent, most)), unit) * unit;

    public static int Ceiling(long extent, long part) => (int)((extent + part - 1) / part);
}
