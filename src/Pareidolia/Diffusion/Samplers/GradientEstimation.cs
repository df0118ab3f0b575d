using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Euler's method with the slope extrapolated from the last one (Permenter and Yuan 2024, https://arxiv.org/abs/2306.04848). The
/// factor 2 goes further than the second order would: of order 1, but with less error in few steps. Alpha = 1.
/// </summary>
public static class GradientEstimation
{
    /// <summary>One estimate a step; <paramref name="gamma"/> 1 is Euler's method.</summary>
    public static IEnumerable<DenoiseStep> Plain(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, double gamma = 2) =>
        PlusPlus((sample, level) =>
        {
            Tensor denoised = denoise(sample, level);
            return (denoised, denoised);
        }, x, levels, gamma);

    /// <summary>With CFG++: the slope is that of the estimate without the prompt, the picture the guided one.</summary>
    public static IEnumerable<DenoiseStep> PlusPlus(DenoiseBoth denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, double gamma = 2)
    {
        using Trajectory path = new(x, memory: 1);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            yield return path.Step(levels, i, () =>
            {
                (Tensor guided, Tensor unguided) = denoise(path.X, from);
                Tensor slope = Euler.Slope(path.X, unguided, from.Sigma);
                Tensor next = CfgPlusPlus.Down(path.X, guided, unguided, from.Sigma, to.Sigma);
                if (i > 0 && to.Sigma > 0)
                {
                    float weight = (float)((gamma - 1) * (to.Sigma - from.Sigma));
                    next.AddInPlace(slope, weight);
                    next.AddInPlace(path.Past[0], -weight);
                }
                return new Outcome(next, guided, slope);
            });
        }
    }
}
