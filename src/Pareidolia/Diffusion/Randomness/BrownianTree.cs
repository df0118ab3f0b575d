using Pareidolia.Tensors.Random;

namespace Pareidolia.Diffusion.Randomness;

/// <summary>
/// A Brownian path of <c>length</c> independent numbers over an interval of times, found by bisection: a half's increment given the whole's is
/// normal, and its noise comes from a seed that the half's place in the tree names. So an increment depends neither on the order of the
/// questions nor on where the others lie, and neighbouring ones add up (Kidger et al. 2021, https://arxiv.org/abs/2105.13493). Seeds, bisection
/// and float arithmetic are those of torchsde's tree with a tolerance of 1e-6.
/// </summary>
internal sealed class BrownianTree
{
    private const int PoolWords = 24;

    private readonly double _start;
    private readonly double _end;
    private readonly int _length;
    private readonly ulong _entropy;
    private readonly Func<ulong, RandomStream> _streamOf;
    private readonly float[] _whole;

    /// <summary>A path from <paramref name="start"/> to a later <paramref name="end"/>.</summary>
    public BrownianTree(double start, double end, int length, ulong entropy, Func<ulong, RandomStream> streamOf)
    {
        (_start, _end, _length, _entropy, _streamOf) = (Rounded(start), Rounded(end), length, entropy, streamOf);
        _whole = Normals(SeedSequence.Generate(entropy, [], PoolWords, 3)[0]);
        Scale(_whole, (float)Math.Sqrt(end - start));
    }

    /// <summary>The path's increment from a time to a later one; times outside the interval are taken as its ends.</summary>
    public float[] Increment(double from, double to)
    {
        (from, to) = (Rounded(Math.Clamp(from, _start, _end)), Rounded(Math.Clamp(to, _start, _end)));
        float[] sum = new float[_length];
        if (from < to)
            Add(new Branch(_start, _end, 0, 0), _whole, from, to, sum);
        return sum;
    }

    // Adds the increments of the branches that make up [from, to], which lies in this one.
    private void Add(Branch branch, float[] increment, double from, double to, float[] sum)
    {
        if (from == branch.Start && to == branch.End)
        {
            for (int i = 0; i < sum.Length; i++)
                sum[i] += increment[i];
            return;
        }
        double middle = branch.Middle;
        float[] left = Left(branch, middle, increment);
        if (from < middle)
            Add(branch.Left(middle), left, from, Math.Min(to, middle), sum);
        if (to <= middle)
            return;
        for (int i = 0; i < left.Length; i++)
            left[i] = increment[i] - left[i];
        Add(branch.Right(middle), left, Math.Max(from, middle), to, sum);
    }

    // Mean and deviation of the left half's increment given the whole's, rounded to float as theirs are.
    private float[] Left(Branch branch, double middle, float[] whole)
    {
        double before = middle - branch.Start, after = branch.End - middle, inverse = 1 / (branch.End - branch.Start);
        float[] left = Normals(SeedSequence.Generate(_entropy, [branch.Key, branch.Depth], PoolWords, 4)[0]);
        (float share, float scale) = ((float)before, (float)inverse);
        float deviation = (float)Math.Sqrt(before * after * inverse);
        for (int i = 0; i < left.Length; i++)
        {
            float noise = deviation * left[i];
            left[i] = share * whole[i] * scale + noise;
        }
        return left;
    }

    private float[] Normals(ulong seed)
    {
        float[] normals = new float[_length];
        _streamOf(seed).Randn(normals);
        return normals;
    }

    private static void Scale(float[] values, float factor)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] *= factor;
    }

    // To six decimals exactly, ties to even; only odd multiples of 1/128 are ties.
    private static double Rounded(double time) => time * 128 % 2 is 1 or -1
        ? Math.Round(time * 1e6, MidpointRounding.ToEven) / 1e6
        : double.Parse(time.ToString("F6", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    // A part of the interval: Key has a 1 for each turn to the right on the way to it.
    private readonly record struct Branch(double Start, double End, ulong Key, ulong Depth)
    {
        public double Middle => Rounded(0.5 * (End + Start));

        public Branch Left(double middle) => new(Start, middle, 2 * Key, Depth + 1);

        public Branch Right(double middle) => new(middle, End, 2 * Key + 1, Depth + 1);
    }
}
