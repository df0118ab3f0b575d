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

    /// <summary>Mean of a group of an image and the sum of squared distances from it, joined from parts [task, group, 2] in order.</summary>
    // Chan, Golub, LeVeque: updating formulae, Stanford STAN-CS-79-773.
    public unsafe (double Mean, double Squares) Joined(double* parts, int image, int group)
    {
        double count = 0, mean = 0, squares = 0;
        for (int block = 0; block < Blocks; block++)
        {
            int task = image * Blocks + block;
            double* part = parts + 2 * ((long)task * Groups + group);
            double more = (double)Rows(task) * Width, distance = part[0] - mean;
            squares += part[1] + distance * distance * count * more / (count + more);
            mean += distance * more / (count + more);
            count += more;
        }
        return (mean, squares);
    }

    /// <summary>Element at which a task's block begins.</summary>
    public long Start(int task) => ((long)Image(task) * Positions + task % Blocks * BlockRows) * Channels;
}
