using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Stochastic explicit exponential derivative-free solvers (Gonzalez et al. 2023, https://arxiv.org/abs/2305.14267): two or three estimates
/// a step, and noise of one path in all of a step's stages. Without noise (eta 0) they are exponential Runge-Kutta methods of order 2 and 3.
/// For levels of every kind.
/// </summary>
public static class Seeds
{
    /// <summary>
    /// SEEDS-2 with its stage at the share <paramref name="r"/> of the step. <paramref name="exactWeights"/> takes the slope's exact
    /// integral, not the midpoint rule; with r = 1 that is the exponential Heun method.
    /// </summary>
    public static IEnumerable<DenoiseStep> TwoStage(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise = null,
        double eta = 1, double noiseScale = 1, double r = 0.5, bool exactWeights = false) =>
        Walk(denoise, x, levels, (from, to) => new SeedsStep(from, to, noise, eta, noiseScale), (step, start, denoised) =>
        {
            NoiseLevel middle = step.Level(r);
            Tensor again = denoise(step.At(start, r, middle, (1, denoised)), middle);
            double weight = exactWeights ? step.SlopeShare(1) / r : 1 / (2 * r);
            return step.At(start, 1, step.To, (1 - weight, denoised), (weight, again));
        });

    /// <summary>SEEDS-3 with stages at one third and two thirds.</summary>
    public static IEnumerable<DenoiseStep> ThreeStage(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise = null, double eta = 1, double noiseScale = 1)
    {
        const double R1 = 1.0 / 3, R2 = 2.0 / 3;
        return Walk(denoise, x, levels, (from, to) => new SeedsStep(from, to, noise, eta, noiseScale), (step, start, denoised) =>
        {
            NoiseLevel first = step.Level(R1), second = step.Level(R2);
            Tensor one = denoise(step.At(start, R1, first, (1, denoised)), first);
            double inner = R2 / R1 * step.SlopeShare(R2);
            Tensor two = denoise(step.At(start, R2, second, (1 - inner, denoised), (inner, one)), second);
            double outer = step.SlopeShare(1) / R2;
            return step.At(start, 1, step.To, (1 - outer, denoised), (outer, two));
        });
    }

    // Steps whose first estimate is the result where no noise is left, and else the start of further stages.
    private static IEnumerable<DenoiseStep> Walk(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels,
        Func<NoiseLevel, NoiseLevel, SeedsStep> begin, Func<SeedsStep, Tensor, Tensor, Tensor> stages)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                return new Outcome(to.Sigma == 0 ? denoised : stages(begin(from, to), path.X, denoised), denoised);
            });
        }
    }
}

/// <summary>The stages of one step of <see cref="Seeds"/>, which share a path of noise.</summary>
internal sealed class SeedsStep(NoiseLevel from, NoiseLevel to, StepNoise? noise, double eta, double noiseScale)
{
    private NoiseLevel? _reached;
    private double _share;
    private Tensor? _noise;

    /// <summary>The level at the end of the step.</summary>
    public NoiseLevel To => to;

    private double Length => to.Lambda - from.Lambda;

    /// <summary>The level at a share of the step in lambda, of the kind of the step's ends.</summary>
    public NoiseLevel Level(double share)
    {
        if (share == 1)
            return to;
        double ratio = Math.Exp(-(from.Lambda + share * Length));
        bool flow = from.Alpha < 1 && Math.Abs(from.Alpha + from.Sigma - 1) < 1e-9;
        return from.Alpha == 1 ? NoiseLevel.Exploding(ratio)
            : flow ? NoiseLevel.Flow(ratio / (1 + ratio), double.NaN)
            : NoiseLevel.Preserving(ratio);
    }

    /// <summary>The step's start x, moved to a share of the step by estimates with weights that sum to 1. Shares are asked for in rising order.</summary>
    public Tensor At(Tensor x, double share, NoiseLevel level, params ReadOnlySpan<(double Weight, Tensor Estimate)> estimates)
    {
        double keep = level.Sigma / from.Sigma * Math.Exp(-share * Length * eta);
        double scale = level.Alpha * (1 - Math.Exp(-share * Length * (1 + eta)));
        Tensor next = x.Scale((float)keep);
        foreach ((double weight, Tensor estimate) in estimates)
            if (weight != 0)
                next.AddInPlace(estimate, (float)(scale * weight));
        if (eta > 0 && noiseScale > 0)
            next.AddInPlace(NoiseAt(share, level), (float)(level.Sigma * noiseScale));
        return next;
    }

    /// <summary>The weight of the estimate's slope over a share of the step, in units of its change over that share.</summary>
    public double SlopeShare(double share)
    {
        double h = -share * Length * (1 + eta), whole = Math.Exp(h) - 1;
        return (whole - h) / h / whole;
    }

    // The path at a share: what it was at the last one, shrunk, and a new piece.
    private Tensor NoiseAt(double share, NoiseLevel level)
    {
        ArgumentNullException.ThrowIfNull(noise);
        double shrink = Math.Exp((_share - share) * Length * eta);
        Tensor piece = noise(_reached ?? from, level).Scale((float)Math.Sqrt(1 - shrink * shrink));
        if (_noise is not null)
            piece.AddInPlace(_noise, (float)shrink);
        (_noise, _share, _reached) = (piece, share, level);
        return piece;
    }
}
