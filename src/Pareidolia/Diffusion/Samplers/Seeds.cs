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
        double eta = 1, double noiseScale = 1, double r = 0.5, bool exactWeights = false)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                if (to.Sigma == 0)
                    return new Outcome(denoised, denoised);
                SeedsStep step = new(path.X, from, to, noise, eta, noiseScale);
                NoiseLevel middle = step.Level(r);
                Tensor again = denoise(step.At(r, middle, (1, denoised)), middle);
                double weight = exactWeights ? step.SlopeShare(1) / r : 1 / (2 * r);
                return new Outcome(step.At(1, to, (1 - weight, denoised), (weight, again)), denoised);
            });
        }
    }

    /// <summary>SEEDS-3 with stages at one third and two thirds.</summary>
    public static IEnumerable<DenoiseStep> ThreeStage(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise = null, double eta = 1, double noiseScale = 1)
    {
        const double R1 = 1.0 / 3, R2 = 2.0 / 3;
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                if (to.Sigma == 0)
                    return new Outcome(denoised, denoised);
                SeedsStep step = new(path.X, from, to, noise, eta, noiseScale);
                NoiseLevel first = step.Level(R1), second = step.Level(R2);
                Tensor one = denoise(step.At(R1, first, (1, denoised)), first);
                double inner = R2 / R1 * step.SlopeShare(R2);
                Tensor two = denoise(step.At(R2, second, (1 - inner, denoised), (inner, one)), second);
                double outer = step.SlopeShare(1) / R2;
                return new Outcome(step.At(1, to, (1 - outer, denoised), (outer, two)), denoised);
            });
        }
    }
}

/// <summary>The stages of one step of <see cref="Seeds"/>, which share a path of noise.</summary>
internal sealed class SeedsStep(Tensor x, NoiseLevel from, NoiseLevel to, StepNoise? noise, double eta, double noiseScale)
{
    private NoiseLevel? _reached;
    private double _share;
    private Tensor? _noise;

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

    /// <summary>x at a share of the step from estimates with weights that sum to 1. Shares are asked for in rising order.</summary>
    public Tensor At(double share, NoiseLevel level, params ReadOnlySpan<(double Weight, Tensor Estimate)> estimates)
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
