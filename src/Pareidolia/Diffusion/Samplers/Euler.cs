using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Euler's method on dx / d sigma = (x - x0) / sigma (Karras et al. 2022, https://arxiv.org/abs/2206.00364). That is the slope for levels
/// with Alpha = 1 and with Alpha = 1 - Sigma alike, so these serve k-diffusion, EDM and rectified flows.
/// </summary>
public static class Euler
{
    /// <summary>First order, one estimate a step.</summary>
    /// <param name="denoise">Estimates x0.</param>
    /// <param name="x">The sample at levels[0].</param>
    /// <param name="levels">Sigmas falling; the last is where the run ends.</param>
    /// <param name="noise">Noise for churn; may be null without.</param>
    /// <param name="churn">Extra noise.</param>
    /// <param name="churnAfterEstimate">
    /// The estimate is made before the extra noise comes in and its slope is kept, as diffusers does; k-diffusion estimates after.
    /// </param>
    public static IEnumerable<DenoiseStep> Plain(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise = null, Churn? churn = null,
        bool churnAfterEstimate = false)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            yield return path.Step(levels, i, () =>
            {
                (Tensor raised, NoiseLevel hat) = Raise(path.X, from, to, levels.Count - 1, noise, churn ?? Churn.None);
                if (!churnAfterEstimate)
                    return Toward(raised, denoise(raised, hat), hat.Sigma, to.Sigma);
                Tensor slope = Slope(path.X, denoise(path.X, from), from.Sigma);
                Tensor denoised = Weighted.Sum((1, raised), (-hat.Sigma, slope));
                return new Outcome(Weighted.Sum((1, raised), (to.Sigma - hat.Sigma, slope)), denoised);
            });
        }
    }

    /// <summary>Ancestral: every step goes below its goal and comes back up with fresh noise, eta 0 to 1 of it. Alpha = 1.</summary>
    public static IEnumerable<DenoiseStep> Ancestral(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise noise, double eta = 1, double noiseScale = 1)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            AncestralSplit split = AncestralSplit.Of(from.Sigma, to.Sigma, eta);
            yield return path.Step(levels, i, () =>
            {
                Outcome down = Toward(path.X, denoise(path.X, from), from.Sigma, split.Down);
                return AddNoise(down, split.Up * noiseScale, noise, from, to);
            });
        }
    }

    /// <summary>One Euler step along the straight line from x through the estimate.</summary>
    internal static Outcome Toward(Tensor x, Tensor denoised, double from, double to) =>
        new(Weighted.Sum((to / from, x), (1 - to / from, denoised)), denoised);

    /// <summary>dx / d sigma.</summary>
    internal static Tensor Slope(Tensor x, Tensor denoised, double sigma) => Weighted.Sum((1 / sigma, x), (-1 / sigma, denoised));

    /// <summary>An outcome with noise added to its sample; draws none where the deviation is 0.</summary>
    internal static Outcome AddNoise(Outcome outcome, double deviation, StepNoise? noise, NoiseLevel from, NoiseLevel to)
    {
        if (deviation == 0)
            return outcome;
        ArgumentNullException.ThrowIfNull(noise);
        return outcome with { Next = Weighted.Sum((1, outcome.Next), (deviation, noise(from, to))) };
    }

    /// <summary>x with churn's noise, and the level it then has.</summary>
    internal static (Tensor X, NoiseLevel Level) Raise(Tensor x, NoiseLevel from, NoiseLevel to, int steps, StepNoise? noise, Churn churn)
    {
        double hat = churn.Raise(from.Sigma, steps);
        if (hat == from.Sigma)
            return (x, from);
        ArgumentNullException.ThrowIfNull(noise);
        double deviation = Math.Sqrt(hat * hat - from.Sigma * from.Sigma) * churn.NoiseScale;
        return (Weighted.Sum((1, x), (deviation, noise(from, to))), NoiseLevel.Exploding(hat));
    }
}
