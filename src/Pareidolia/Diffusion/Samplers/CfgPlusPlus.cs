using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// CFG++ (Chung et al. 2024, https://arxiv.org/abs/2406.08070): the picture is the guided estimate, the noise that is put back is the one
/// without the prompt, so that a sample is not pushed off the manifold. Small guidance scales, 1 to 2. Alpha = 1. Of order 1 where the
/// two estimates differ, of the sampler's own order where they are the same.
/// </summary>
public static class CfgPlusPlus
{
    /// <summary>Euler's method, ancestral where eta is above 0.</summary>
    public static IEnumerable<DenoiseStep> EulerAncestral(
        DenoiseBoth denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise = null, double eta = 1, double noiseScale = 1)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            AncestralSplit split = AncestralSplit.Of(from.Sigma, to.Sigma, eta);
            yield return path.Step(levels, i, () =>
            {
                (Tensor guided, Tensor unguided) = denoise(path.X, from);
                Tensor next = Down(path.X, guided, unguided, from.Sigma, split.Down);
                return Euler.AddNoise(new Outcome(next, guided), split.Up * noiseScale, noise, from, to);
            });
        }
    }

    /// <summary>
    /// "DPM++ 2S a": the midpoint in log sigma, down below the goal and up again with fresh noise. The step subtracts the second estimate without
    /// the prompt from the first one with it, as ComfyUI does; so it is a little off even where both are the same network's.
    /// </summary>
    public static IEnumerable<DenoiseStep> TwoStage(
        DenoiseBoth denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise noise, double eta = 1, double noiseScale = 1)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            AncestralSplit split = AncestralSplit.Of(from.Sigma, to.Sigma, eta);
            yield return path.Step(levels, i, () =>
            {
                (Tensor guided, Tensor unguided) = denoise(path.X, from);
                if (split.Down == 0)
                    return new Outcome(guided, guided);
                double middle = Math.Sqrt(from.Sigma * split.Down);
                Tensor half = Mixed(path.X, guided, unguided, guided, middle / from.Sigma);
                // The second estimate without the prompt takes the first one's place in the whole step.
                (Tensor again, Tensor unguidedAgain) = denoise(half, NoiseLevel.Exploding(middle));
                Tensor next = Mixed(path.X, guided, unguidedAgain, again, split.Down / from.Sigma);
                return Euler.AddNoise(new Outcome(next, guided), split.Up * noiseScale, noise, from, to);
            });
        }
    }

    /// <summary>"DPM++ 2M": extrapolates from the last estimate without the prompt.</summary>
    public static IEnumerable<DenoiseStep> Multistep(DenoiseBoth denoise, Tensor x, IReadOnlyList<NoiseLevel> levels)
    {
        using Trajectory path = new(x, memory: 1);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            double keep = to.Sigma / from.Sigma;
            double ratio = i == 0 ? 0 : (to.Lambda - from.Lambda) / (from.Lambda - levels[i - 1].Lambda);
            yield return path.Step(levels, i, () =>
            {
                (Tensor guided, Tensor unguided) = denoise(path.X, from);
                Tensor next = Down(path.X, guided, unguided, from.Sigma, to.Sigma);
                if (i > 0 && to.Sigma > 0)
                {
                    float weight = (float)((1 - keep) * ratio / 2);
                    next.AddInPlace(guided, weight);
                    next.AddInPlace(path.Past[0], -weight);
                }
                return new Outcome(next, guided, unguided);
            });
        }
    }

    /// <summary>The guided picture with the noise of the other estimate at a lower level.</summary>
    internal static Tensor Down(Tensor x, Tensor guided, Tensor unguided, double from, double to) =>
        Weighted.Sum((1, guided), (to / from, x), (-to / from, unguided));

    // x, moved by what guidance changes, towards an estimate.
    private static Tensor Mixed(Tensor x, Tensor guided, Tensor unguided, Tensor estimate, double keep) =>
        Weighted.Sum((keep, x), (keep, guided), (-keep, unguided), (1 - keep, estimate));
}
