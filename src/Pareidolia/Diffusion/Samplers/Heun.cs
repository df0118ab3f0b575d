using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Second-order Runge-Kutta methods on dx / d sigma = (x - x0) / sigma, two estimates a step and one where a step ends at sigma 0: Heun's
/// (Karras et al. 2022, algorithm 1, https://arxiv.org/abs/2206.00364) and the midpoint rule of DPM-Solver-2 (Lu et al. 2022,
/// https://arxiv.org/abs/2206.00927). Levels with Alpha = 1; Heun's also with Alpha = 1 - Sigma.
/// </summary>
public static class Heun
{
    /// <summary>The mean of the slopes at both ends.</summary>
    public static IEnumerable<DenoiseStep> Plain(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise = null, Churn? churn = null) =>
        Churned(x, levels, noise, churn, (raised, hat, to) => Step(denoise, raised, hat, to));

    /// <summary>The slope in the middle, half way in log sigma.</summary>
    public static IEnumerable<DenoiseStep> Midpoint(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise = null, Churn? churn = null) =>
        Churned(x, levels, noise, churn, (raised, hat, to) => ThroughMiddle(denoise, raised, hat, to.Sigma));

    /// <summary>The midpoint rule down below the goal, and fresh noise back up. <paramref name="spareNoise"/> draws and drops noise for the
    /// first of the two estimates too: diffusers does, so a seed's later noise depends on it.</summary>
    public static IEnumerable<DenoiseStep> AncestralMidpoint(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise noise,
        double eta = 1, double noiseScale = 1, bool spareNoise = false)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            AncestralSplit split = AncestralSplit.Of(from.Sigma, to.Sigma, eta);
            yield return path.Step(levels, i, () =>
            {
                Outcome down = ThroughMiddle(denoise, path.X, from, split.Down);
                if (spareNoise && split.Up > 0)
                    noise(from, to);
                return Euler.AddNoise(down, split.Up * noiseScale, noise, from, to);
            });
        }
    }

    /// <summary>One step of Heun's method; of Euler's to sigma 0.</summary>
    internal static Outcome Step(Denoise denoise, Tensor x, NoiseLevel from, NoiseLevel to)
    {
        Outcome first = Euler.Toward(x, denoise(x, from), from.Sigma, to.Sigma);
        return to.Sigma == 0 ? first : Correct(denoise, x, from, to, first);
    }

    // Each step from the sample with churn's noise, at the level that it then has.
    private static IEnumerable<DenoiseStep> Churned(
        Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise, Churn? churn, Func<Tensor, NoiseLevel, NoiseLevel, Outcome> step)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            yield return path.Step(levels, i, () =>
            {
                (Tensor raised, NoiseLevel hat) = Euler.Raise(path.X, from, to, levels.Count - 1, noise, churn ?? Churn.None);
                return step(raised, hat, to);
            });
        }
    }

    private static Outcome Correct(Denoise denoise, Tensor x, NoiseLevel from, NoiseLevel to, Outcome first)
    {
        Tensor start = Euler.Slope(x, first.Denoised, from.Sigma);
        Tensor end = Euler.Slope(first.Next, denoise(first.Next, to), to.Sigma);
        double half = (to.Sigma - from.Sigma) / 2;
        return first with { Next = Weighted.Sum((1, x), (half, start), (half, end)) };
    }

    private static Outcome ThroughMiddle(Denoise denoise, Tensor x, NoiseLevel from, double to)
    {
        Tensor denoised = denoise(x, from);
        if (to == 0)
            return Euler.Toward(x, denoised, from.Sigma, to);
        double middle = Math.Sqrt(from.Sigma * to);
        Tensor half = Euler.Toward(x, denoised, from.Sigma, middle).Next;
        Tensor slope = Euler.Slope(half, denoise(half, NoiseLevel.Exploding(middle)), middle);
        return new Outcome(Weighted.Sum((1, x), (to - from.Sigma, slope)), denoised);
    }
}
