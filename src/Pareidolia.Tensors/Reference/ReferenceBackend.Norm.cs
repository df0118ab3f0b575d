using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    internal override void Norm(Operand x, Operand gamma, Operand beta, Operand y, Operand stats, NormSettings settings)
    {
        Span<float> from = x.Floats, to = y.Floats, kept = stats.Floats;
        foreach (NormGroup group in NormGroups(x.Shape, settings))
        {
            (double mean, double inverse) = settings.Known ? (kept[2 * group.Index], kept[2 * group.Index + 1]) : Statistics(from, group, settings);
            (kept[2 * group.Index], kept[2 * group.Index + 1]) = ((float)mean, (float)inverse);
            for (int i = 0; i < group.Count; i++)
            {
                double value = Scaled((from[group.At(i)] - mean) * inverse, gamma, beta, group, i);
                to[group.At(i)] = (float)ScalarMath.Value(settings.Activation, value);
            }
        }
    }

    internal override void NormMoments(Operand x, Operand moments, int groups)
    {
        foreach (NormGroup group in NormGroups(x.Shape, new NormSettings(groups, 0)))
        {
            (double mean, double inverse) = Statistics(x.Floats, group, new NormSettings(groups, 0));
            moments.Floats[2 * group.Index] = (float)mean;
            moments.Floats[2 * group.Index + 1] = (float)(1 / (inverse * inverse));
        }
    }

    // With h = (x - mean) r, z = gamma h + beta, y = f(z) and d = gamma f'(z) g:
    // dx = r (d - mean(d) - h mean(d h)), without mean(d) where the mean is kept;   dgamma = sum of f' g h;   dbeta = sum of f' g
    internal override void NormGradient(NormGradientOperands o, NormSettings settings)
    {
        double[] dgamma = new double[o.Dgamma.Exists ? o.Dgamma.Count : 0], dbeta = new double[o.Dbeta.Exists ? o.Dbeta.Count : 0];
        foreach (NormGroup group in NormGroups(o.X.Shape, settings))
            NormGradientOf(o, settings, group, dgamma, dbeta);
        if (o.Dgamma.Exists)
            Round(dgamma, o.Dgamma.Floats);
        if (o.Dbeta.Exists)
            Round(dbeta, o.Dbeta.Floats);
    }

    private static void NormGradientOf(NormGradientOperands o, NormSettings settings, NormGroup group, double[] dgamma, double[] dbeta)
    {
        ReadOnlySpan<float> from = o.X.Floats, gradient = o.G.Floats;
        (double mean, double inverse) = Statistics(from, group, settings);
        double[] h = new double[group.Count], d = new double[group.Count];
        double sum = 0, product = 0;
        for (int i = 0; i < group.Count; i++)
        {
            h[i] = (from[group.At(i)] - mean) * inverse;
            double dz = gradient[group.At(i)] * ScalarMath.Derivative(settings.Activation, Scaled(h[i], o.Gamma, o.Beta, group, i));
            d[i] = o.Gamma.Exists ? dz * o.Gamma.Floats[group.PlaceIn(o.Gamma, i)] : dz;
            if (o.Dgamma.Exists)
                dgamma[group.PlaceIn(o.Dgamma, i)] += dz * h[i];
            if (o.Dbeta.Exists)
                dbeta[group.PlaceIn(o.Dbeta, i)] += dz;
            sum += d[i];
            product += d[i] * h[i];
        }
        double center = settings.KeepMean ? 0 : sum / group.Count;
        for (int i = 0; i < group.Count; i++)
            o.Dx.Floats[group.At(i)] = (float)(inverse * (d[i] - center - h[i] * product / group.Count));
    }

    private static (double Mean, double Inverse) Statistics(ReadOnlySpan<float> x, NormGroup group, NormSettings settings)
    {
        double sum = 0, squares = 0;
        for (int i = 0; i < group.Count; i++)
            sum += x[group.At(i)];
        double mean = settings.KeepMean ? 0 : sum / group.Count;
        for (int i = 0; i < group.Count; i++)
            squares += (x[group.At(i)] - mean) * (x[group.At(i)] - mean);
        return (mean, 1 / Math.Sqrt(squares / group.Count + settings.Eps));
    }

    private static double Scaled(double h, Operand gamma, Operand beta, NormGroup group, int i) =>
        (gamma.Exists ? h * gamma.Floats[group.PlaceIn(gamma, i)] : h) + (beta.Exists ? beta.Floats[group.PlaceIn(beta, i)] : 0);

    private static IEnumerable<NormGroup> NormGroups(Shape x, NormSettings settings)
    {
        int positions = checked((int)x.Product(1, x.Rank - 1)), channels = x[-1], width = channels / settings.Groups;
        for (int image = 0; image < x[0]; image++)
            for (int group = 0; group < settings.Groups; group++)
                yield return new NormGroup(
                    image * settings.Groups + group, image * positions * channels, group * width, width, positions, channels);
    }

    // The elements of one group of one image: the same few neighbouring channels at every position.
    private readonly record struct NormGroup(int Index, int Start, int FirstChannel, int Width, int Positions, int Channels)
    {
        public int Count => Positions * Width;
        public int ChannelOf(int i) => FirstChannel + i % Width;
        public int PlaceIn(Operand parameter, int i) => (parameter.Shape.Rank == 2 ? Start / Positions : 0) + ChannelOf(i);
        public int At(int i) => Start + i / Width * Channels + ChannelOf(i);
    }
}
