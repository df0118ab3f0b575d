using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Single-step second-order DPM-Solver++ with noise, two estimates a step, as k-diffusion defines them: "DPM++ 2S a" and "DPM++ SDE". Alpha
/// = 1.
/// </summary>
public static class DpmAncestral
{
    /// <summary>"2S a": the midpoint in log sigma, down below the goal and up again with fresh noise.</summary>
    public static IEnumerable<DenoiseStep> TwoStage(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise noise, double eta = 1, double noiseScale = 1)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            AncestralSplit split = AncestralSplit.Of(from.Sigma, to.Sigma, eta);
            yield return path.Step(levels, i, () =>
            {
                Outcome down = Euler.Toward(path.X, denoise(path.X, from), from.Sigma, split.Down);
                if (split.Down > 0)
                {
                    double middle = Math.Sqrt(from.Sigma * split.Down);
                    Tensor half = Euler.Toward(path.X, down.Denoised, from.Sigma, middle).Next;
                    Tensor again = denoise(half, NoiseLevel.Exploding(middle));
                    down = down with { Next = Euler.Toward(path.X, again, from.Sigma, split.Down).Next };
                }
                return Euler.AddNoise(down, split.Up * noiseScale, noise, from, to);
            });
        }
    }

    /// <summary>
    /// "SDE": both stages are ancestral, the second with an estimate extrapolated from both; <paramref name="r"/> places the first, in log
    /// sigma. Its two noises belong to overlapping intervals: independent ones make it a little noisier than one Brownian path does.
    /// </summary>
    public static IEnumerable<DenoiseStep> Sde(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise noise, double eta = 1, double noiseScale = 1, double r = 0.5)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                if (to.Sigma == 0)
                    return Euler.Toward(path.X, denoised, from.Sigma, 0);
                NoiseLevel middle = NoiseLevel.Exploding(Math.Pow(from.Sigma, 1 - r) * Math.Pow(to.Sigma, r));
                Tensor half = Stage(path.X, denoised, denoised, from, middle);
                Tensor again = denoise(half, middle);
                Tensor mixed = Weighted.Sum((1 - 1 / (2 * r), denoised), (1 / (2 * r), again));
                return new Outcome(Stage(path.X, mixed, denoised, from, to), denoised);
            });
        }

        Tensor Stage(Tensor start, Tensor estimate, Tensor denoised, NoiseLevel from, NoiseLevel to)
        {
            AncestralSplit split = AncestralSplit.Of(from.Sigma, to.Sigma, eta);
            Outcome down = Euler.Toward(start, estimate, from.Sigma, split.Down) with { Denoised = denoised };
            return Euler.AddNoise(down, split.Up * noiseScale, noise, from, to).Next;
        }
    }
}
