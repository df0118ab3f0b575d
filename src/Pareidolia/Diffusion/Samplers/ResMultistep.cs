using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// The second-order multistep method of "refined exponential solvers" (Zhang et al. 2023, https://arxiv.org/abs/2308.02157), one estimate a
/// step, with the optional ancestral noise and CFG++ that ComfyUI gives it. Alpha = 1.
/// </summary>
public static class ResMultistep
{
    /// <summary>Runs along <paramref name="levels"/>; <paramref name="eta"/> 0 is deterministic.</summary>
    public static IEnumerable<DenoiseStep> Plain(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise = null, double eta = 0, double noiseScale = 1) =>
        Run((sample, level) =>
        {
            Tensor denoised = denoise(sample, level);
            return (denoised, denoised);
        }, x, levels, noise, eta, noiseScale);

    /// <summary>The same with the estimate without the prompt in place of the guided one, and the guided picture (CFG++).</summary>
    public static IEnumerable<DenoiseStep> PlusPlus(
        DenoiseBoth denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise = null, double eta = 0, double noiseScale = 1) =>
        Run(denoise, x, levels, noise, eta, noiseScale);

    private static IEnumerable<DenoiseStep> Run(
        DenoiseBoth denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise, double eta, double noiseScale)
    {
        using Trajectory path = new(x, memory: 1);
        double downBefore = 0;
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            AncestralSplit split = AncestralSplit.Of(from.Sigma, to.Sigma, eta);
            double before = downBefore;
            downBefore = split.Down;
            yield return path.Step(levels, i, () =>
            {
                (Tensor guided, Tensor unguided) = denoise(path.X, from);
                Tensor next = i == 0 || split.Down == 0
                    ? CfgPlusPlus.Down(path.X, guided, unguided, from.Sigma, split.Down)
                    : SecondOrder(path.X, guided, unguided, path.Past[0], from.Sigma, split.Down, Math.Log(before / levels[i - 1].Sigma));
                Outcome outcome = new(next, guided, unguided);
                return Euler.AddNoise(outcome, to.Sigma > 0 ? split.Up * noiseScale : 0, noise, from, to);
            });
        }
    }

    // `back` is how far the last estimate lies behind, in ln(1 / sigma): below 0.
    private static Tensor SecondOrder(Tensor x, Tensor guided, Tensor unguided, Tensor last, double from, double to, double back)
    {
        double keep = to / from, h = Math.Log(from / to), place = back / h;
        double phi1 = (1 - keep) / h, phi2 = (1 - phi1) / h;
        Tensor next = Weighted.Sum((keep, x), (h * (phi1 - phi2 / place), unguided), (h * phi2 / place, last));
        if (!ReferenceEquals(guided, unguided))
        {
            next.AddInPlace(guided, (float)keep);
            next.AddInPlace(unguided, (float)-keep);
        }
        return next;
    }
}
