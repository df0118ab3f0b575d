using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>Choices of the DPM-Solver family.</summary>
/// <param name="Order">1 to 3: how many estimates a step uses.</param>
/// <param name="PredictNoise">Integrates the noise estimate (DPM-Solver) rather than the picture estimate (DPM-Solver++).</param>
/// <param name="Eta">Noise added by every step: 0 solves the ODE, 1 the SDE.</param>
/// <param name="HeunWeights">The second order takes the exact weight of the slope, not the midpoint rule's.</param>
/// <param name="LowerOrderFinal">With fewer than 15 steps the last is of order 1 and the last but one at most 2: steadier.</param>
/// <param name="EulerAtFinal">The last step is of order 1 whatever the number of steps.</param>
/// <param name="NoiseScale">Factor on the noise.</param>
public readonly record struct DpmSettings(int Order = 2, bool PredictNoise = false, double Eta = 0, bool HeunWeights = false,
    bool LowerOrderFinal = false, bool EulerAtFinal = false, double NoiseScale = 1)
{
    /// <summary>The order of step <paramref name="index"/> of <paramref name="count"/> when all earlier estimates are at hand.</summary>
    internal int OrderAt(int index, int count, bool endsClean)
    {
        bool few = LowerOrderFinal && count < 15;
        int most = index == count - 1 && (EulerAtFinal || few || endsClean) ? 1 : index == count - 2 && few ? 2 : Order;
        return Math.Min(Math.Min(Order, most), index + 1);
    }
}

/// <summary>
/// DPM-Solver and DPM-Solver++ as multistep methods, one estimate a step: the linear part of the diffusion ODE (or SDE) is solved exactly,
/// the estimate is extrapolated in lambda = ln(alpha / sigma) (Lu et al. 2022, https://arxiv.org/abs/2206.00927 and
/// https://arxiv.org/abs/2211.01095). For levels of every kind. k-diffusion's 2M, 2M SDE and 3M SDE are these with Alpha = 1.
/// </summary>
public static class DpmMultistep
{
    /// <summary>Runs along <paramref name="levels"/>; <paramref name="noise"/> may be null where Eta is 0.</summary>
    public static IEnumerable<DenoiseStep> Plain(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, DpmSettings settings, StepNoise? noise = null)
    {
        using Trajectory path = new(x, Math.Max(0, settings.Order - 1));
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            int order = settings.OrderAt(i, levels.Count - 1, to.Sigma == 0);
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                Tensor estimate = settings.PredictNoise ? NoiseOf(path.X, denoised, from) : denoised;
                (Tensor? slope, Tensor? curvature) = Differences(estimate, path.Past, levels, i, order);
                DpmStep step = new(from, to, settings);
                Outcome outcome = new(step.Solve(path.X, estimate, slope, curvature), denoised, estimate);
                return Euler.AddNoise(outcome, step.NoiseDeviation, noise, from, to);
            });
        }
    }

    /// <summary>
    /// "DPM++ 2M v2", a variant of stable-diffusion.cpp: the step that weighs the estimates is the mean of the last two. Alpha = 1.
    /// </summary>
    public static IEnumerable<DenoiseStep> SecondVersion(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels)
    {
        using Trajectory path = new(x, memory: 1);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            double h = to.Lambda - from.Lambda, last = i == 0 ? h : from.Lambda - levels[i - 1].Lambda;
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                if (i == 0 || to.Sigma == 0)
                    return Euler.Toward(path.X, denoised, from.Sigma, to.Sigma) with { Remember = denoised };
                double weight = Math.Min(h, last) / Math.Max(h, last) / 2, whole = 1 - Math.Exp(-(h + last) / 2);
                Tensor next = Weighted.Sum(
                    (to.Sigma / from.Sigma, path.X), (whole * (1 + weight), denoised), (-whole * weight, path.Past[0]));
                return new Outcome(next, denoised, denoised);
            });
        }
    }

    /// <summary>The noise in x that goes with an estimate of the picture.</summary>
    internal static Tensor NoiseOf(Tensor x, Tensor denoised, NoiseLevel level) =>
        Weighted.Sum((1 / level.Sigma, x), (-level.Alpha / level.Sigma, denoised));

    // First and second divided differences of the estimate, in units of the step's own length in lambda.
    private static (Tensor? Slope, Tensor? Curvature) Differences(
        Tensor now, IReadOnlyList<Tensor> past, IReadOnlyList<NoiseLevel> levels, int i, int order)
    {
        if (order < 2)
            return (null, null);
        double h = levels[i + 1].Lambda - levels[i].Lambda;
        double r0 = (levels[i].Lambda - levels[i - 1].Lambda) / h;
        Tensor first = Weighted.Sum((1 / r0, now), (-1 / r0, past[0]));
        if (order < 3)
            return (first, null);
        double r1 = (levels[i - 1].Lambda - levels[i - 2].Lambda) / h;
        Tensor second = Weighted.Sum((1 / r1, past[0]), (-1 / r1, past[1]));
        double share = r0 / (r0 + r1), scale = 1 / (r0 + r1);
        return (Weighted.Sum((1 + share, first), (-share, second)), Weighted.Sum((scale, first), (-scale, second)));
    }
}
