namespace Pareidolia.Tensors.Cpu;

/// <summary>How [images, positions, channels] is cut for normalisation: blocks of neighbouring positions of one image, all channels of each.</summary>
internal readonly record struct NormLayout(int Images, int Positions, int Channels, int Groups)
{
    // Sums over the positions of a block are kept in float, hence not too many of them.
    private const int MostRows = 128;

    public static NormLayout Of(Shape x, int groups) => new(x[0], checked((int)x.Product(1, x.Rank - 1)), x[-1], groups);

    /// <summary>Channels of a group.</summary>
    public int Width => Channels / Groups;

    /// <summary>Elements of a group.</summary>
    public double GroupCount => (double)Positions * Width;

    public int BlockRows => Math.Clamp(LaneWorkers.Grain / Math.Max(1, Channels), 1, MostRows);

    /// <summary>Blocks of one image.</summary>
    public int Blocks => LaneWorkers.Pieces(Positions, BlockRows);

    public int Tasks => Images * Blocks;

    public int Image(int task) => task / Blocks;

    /// <summary>Positions of a task's block.</summary>
    public int Rows(int task) => Math.Min(BlockRows, Positions - task % Blocks * BlockRows);

    /// <summary>Element at which a task's block begins.</summary>
    public long Start(int task) => ((long)Image(task) * Positions + task % Blocks * BlockRows) * Channels;
}
