namespace Pareidolia.Imaging;

/// <summary>For every new pixel of one axis, which old pixels it is made of and in which shares, as whole numbers of 2^-22.</summary>
internal sealed class ResamplingKernel
{
    /// <summary>Bits behind the point of a share. Eight bits for the value and two for overshoot leave 22 of an int.</summary>
    public const int FractionBits = 22;

    private readonly int[] _shares;
    private readonly int _width;

    /// <summary>The shares for one axis; when shrinking, the filter is widened so that no old pixel is passed over.</summary>
    public ResamplingKernel(Resampling filter, int from, int to)
    {
        double scale = (double)from / to, stretch = Math.Max(scale, 1), support = Support(filter) * stretch;
        _width = (int)Math.Ceiling(support) * 2 + 1;
        _shares = new int[to * _width];
        Starts = new int[to];
        Counts = new int[to];
        double[] weights = new double[_width];
        for (int i = 0; i < to; i++)
        {
            double center = (i + 0.5) * scale;
            int start = Math.Max(0, (int)(center - support + 0.5));
            int end = Math.Min(from, (int)(center + support + 0.5));
            (Starts[i], Counts[i]) = (start, end - start);
            for (int k = 0; k < end - start; k++)
                weights[k] = Weight(filter, (k + start - center + 0.5) / stretch);
            ToShares(weights.AsSpan(0, end - start), _shares.AsSpan(i * _width));
        }
    }

    /// <summary>First old pixel of each new one.</summary>
    public int[] Starts { get; }

    /// <summary>Number of old pixels of each new one.</summary>
    public int[] Counts { get; }

    /// <summary>The shares of the old pixels of new pixel <paramref name="index"/>.</summary>
    public ReadOnlySpan<int> Shares(int index) => _shares.AsSpan(index * _width, Counts[index]);

    private static void ToShares(ReadOnlySpan<double> weights, Span<int> shares)
    {
        double sum = 0;
        foreach (double weight in weights)
            sum += weight;
        for (int k = 0; k < weights.Length; k++)
            shares[k] = (int)Math.Round(weights[k] / sum * (1 << FractionBits), MidpointRounding.AwayFromZero);
    }

    private static double Support(Resampling filter) => filter switch
    {
        Resampling.Box => 0.5,
        Resampling.Bilinear or Resampling.Hamming => 1,
        Resampling.Bicubic => 2,
        Resampling.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "This resampling has no kernel."),
    };

    private static double Weight(Resampling filter, double x)
    {
        double distance = Math.Abs(x);
        return filter switch
        {
            // Half open, so that a border between two old pixels counts once.
            Resampling.Box => x is > -0.5 and <= 0.5 ? 1 : 0,
            Resampling.Bilinear => Math.Max(0, 1 - distance),
            Resampling.Hamming => distance < 1 ? Sinc(distance) * (0.54 + 0.46 * Math.Cos(Math.PI * distance)) : 0,
            Resampling.Bicubic => Cubic(distance),
            _ => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0,
        };
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    // Keys 1981 with a = -1/2.
    private static double Cubic(double x) => x switch
    {
        < 1 => (1.5 * x - 2.5) * x * x + 1,
        < 2 => ((-0.5 * x + 2.5) * x - 4) * x + 2,
        _ => 0,
    };
}
