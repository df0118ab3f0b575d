using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// DEIS (Zhang and Chen 2023, https://arxiv.org/abs/2204.13902), multistep, with the noise estimate interpolated by a polynomial in ln rho,
/// rho = sigma / alpha. One estimate a step, for levels of every kind.
/// </summary>
public static class Deis
{
    /// <summary>Runs with 1 to 3 estimates a step, fewer at the end where <see cref="DpmSettings.LowerOrderFinal"/> says so.</summary>
    public static IEnumerable<DenoiseStep> Plain(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, DpmSettings settings)
    {
        using Trajectory path = new(x, Math.Max(0, settings.Order - 1));
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            int order = settings.OrderAt(i, levels.Count - 1, to.Sigma == 0);
            double[] nodes = [.. Enumerable.Range(0, order).Select(back => Math.Log(levels[i - back].Ratio))];
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                Tensor eps = DpmMultistep.NoiseOf(path.X, denoised, from);
                if (order == 1)
                    return new Outcome(Ddim.Transfer(path.X, eps, from, to), denoised, eps);
                Tensor next = Weighted.Sum((to.Alpha / from.Alpha, path.X), (Weight(nodes, 0, from, to), eps));
                for (int back = 1; back < order; back++)
                    next.AddInPlace(path.Past[back - 1], (float)Weight(nodes, back, from, to));
                return new Outcome(next, denoised, eps);
            });
        }
    }

    /// <summary>
    /// The same with the polynomial in the time of the variance-preserving diffusion that goes from sigma 0.002 to 80, and weights summed from 10,000
    /// points, as ComfyUI has it. Levels with Alpha = 1.
    /// </summary>
    public static IEnumerable<DenoiseStep> Tabulated(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, int order = 3)
    {
        using Trajectory path = new(x, Math.Max(0, order - 1));
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            int used = to.Sigma == 0 ? 1 : Math.Min(order, i + 1);
            double[] weights = used == 1 ? [to.Sigma - from.Sigma] : DeisTable.Weights([.. levels.Skip(i - used + 1).Take(used + 1)]);
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                Tensor slope = Euler.Slope(path.X, denoised, from.Sigma);
                Tensor next = Weighted.Sum((1, path.X), (weights[0], slope));
                for (int back = 1; back < weights.Length; back++)
                    next.AddInPlace(path.Past[back - 1], (float)weights[back]);
                return new Outcome(next, denoised, slope);
            });
        }
    }

    private static double Weight(double[] nodes, int j, NoiseLevel from, NoiseLevel to) =>
        to.Alpha * Lagrange.LogIntegral(nodes, j, from.Ratio, to.Ratio);
}

/// <summary>Weights of slopes over a step, from a polynomial in time and a sum over many points.</summary>
internal static class DeisTable
{
    private const int Points = 10_000;
    private const double SigmaMin = 0.002, SigmaMax = 80, TimeMin = 1e-3;

    // sigma^2 + 1 = exp(Range t^2 / 2 + Least t), so that t is TimeMin and 1 at the two ends.
    private static readonly double Range = 2 * (Log(SigmaMin) / TimeMin - Log(SigmaMax)) / (TimeMin - 1);
    private static readonly double Least = Log(SigmaMax) - Range / 2;

    /// <summary>Weights, the newest slope's first, for the step from the last level but one to the last.</summary>
    public static double[] Weights(NoiseLevel[] levels)
    {
        double[] times = Array.ConvertAll(levels, level => TimeOf(level.Sigma));
        (double from, double to) = (times[^2], times[^1]);
        double[] nodes = [.. times[..^1].Reverse()];
        double[][] coefficients = [.. Enumerable.Range(0, nodes.Length).Select(j => Lagrange.Coefficients(nodes, j, from))];
        double[] weights = new double[nodes.Length];
        for (int k = 0; k < Points; k++)
        {
            double t = (to - from) * k / (Points - 1), rate = SlopeAt(from + t) * (to - from) / Points;
            for (int j = 0; j < weights.Length; j++)
                weights[j] += rate * Value(coefficients[j], t);
        }
        return weights;
    }

    private static double TimeOf(double sigma) => (Math.Sqrt(Least * Least + 2 * Range * Log(sigma)) - Least) / Range;

    // d sigma / d t
    private static double SlopeAt(double t)
    {
        double square = Math.Exp(Range * t * t / 2 + Least * t);
        return (Range * t + Least) * square / (2 * Math.Sqrt(square - 1));
    }

    private static double Log(double sigma) => Math.Log(sigma * sigma + 1);

    private static double Value(double[] coefficients, double x)
    {
        double value = 0;
        for (int power = coefficients.Length - 1; power >= 0; power--)
            value = value * x + coefficients[power];
        return value;
    }
}
