namespace Pareidolia.Tensors.Cpu;

/// <summary>How [images, positions, channels] is cut for normalisation: blocks of neighbouring positions of one image, all channels of each.</summary>
internal readonly record struct NormLayout(int Images, int Positions, int Channels, int Groups)
{
    // Sums over the positions of a block are kept in float, hence not too many of them.
    private const int MostRows = 128;

    public static NormLayout Of(Shape x, int groups) => new(x[0], checked((int)x.Product(1, x.Rank - 1)), x[-1], groups);

    /// <summary>Channels of a group.</summary>
    public int Width { get; } = Channels / Groups;

    /// <summary>Elements of a group.</summary>
    public double GroupCount => (double)Positions * Width;

    /// <summary>Positions of a block, save the last of an image.</summary>
    public int BlockRows { get; } = RowsOfBlock(Channels);

    /// <summary>Blocks of one image.</summary>
    public int Blocks { get; } = LaneWorkers.Pieces(Positions, RowsOfBlock(Channels));

    public int Tasks => Images * Blocks;

    public int Image(int task) => task / Blocks;

    /// <summary>Positions of a task's block.</summary>
    public int Rows(int task) => RowsOf(task % Blocks);

    /// <summary>Mean of a group of an image and the sum of squared distances from it, joined from parts [task, group, 2] in order.</summary>
    // The squares of the whole are those of the parts and of their means.
    public unsafe (double Mean, double Squares) Joined(double* parts, int image, int group)
    {
        double* first = parts + 2 * ((long)image * Blocks * Groups + group);
        double sum = 0, squares = 0;
        for (int block = 0; block < Blocks; block++)
            sum += first[2L * block * Groups] * RowsOf(block);
        double mean = sum / Positions;
        for (int block = 0; block < Blocks; block++)
        {
            double* part = first + 2L * block * Groups;
            squares += part[1] + (part[0] - mean) * (part[0] - mean) * RowsOf(block) * Width;
        }
        return (mean, squares);
    }

    /// <summary>Element at which a task's block begins.</summary>
    public long Start(int task) => ((long)Image(task) * Positions + task % Blocks * BlockRows) * Channels;

    private int RowsOf(int block) => Math.Min(BlockRows, Positions - block * BlockRows);

    private static int RowsOfBlock(int channels) => Math.Clamp(LaneWorkers.Grain / Math.Max(1, channels), 1, MostRows);
}
