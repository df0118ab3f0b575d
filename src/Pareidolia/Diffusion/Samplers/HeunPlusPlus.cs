using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// "Heun++": a slope averaged over the step's beginning, its end and the end of the step after it, the later ones the less the smaller their
/// sigma. Up to three estimates a step; of order 1. Alpha = 1. As ComfyUI has it (heunpp2), where it came from a web UI extension.
/// </summary>
public static class HeunPlusPlus
{
    /// <summary>Runs along <paramref name="levels"/>.</summary>
    public static IEnumerable<DenoiseStep> Plain(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise = null, Churn? churn = null)
    {
        using Trajectory path = new(x);
        double end = levels[^1].Sigma, start = levels[0].Sigma;
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            NoiseLevel? after = i + 2 < levels.Count ? levels[i + 2] : null;
            yield return path.Step(levels, i, () =>
            {
                (Tensor raised, NoiseLevel hat) = Euler.Raise(path.X, from, to, levels.Count - 1, noise, churn ?? Churn.None);
                Outcome first = Euler.Toward(raised, denoise(raised, hat), hat.Sigma, to.Sigma);
                if (to.Sigma == end)
                    return first;
                Tensor slope = Euler.Slope(raised, first.Denoised, hat.Sigma);
                Tensor second = Euler.Slope(first.Next, denoise(first.Next, to), to.Sigma);
                if (after is not NoiseLevel third || third.Sigma == end)
                    return first with { Next = Averaged(raised, to.Sigma - hat.Sigma, slope, [(to.Sigma / (2 * start), second)]) };
                Tensor further = Weighted.Sum((1, first.Next), (third.Sigma - to.Sigma, second));
                Tensor last = Euler.Slope(further, denoise(further, third), third.Sigma);
                (double, Tensor)[] later = [(to.Sigma / (3 * start), second), (third.Sigma / (3 * start), last)];
                return first with { Next = Averaged(raised, to.Sigma - hat.Sigma, slope, later) };
            });
        }
    }

    private static Tensor Averaged(Tensor x, double step, Tensor slope, (double Weight, Tensor Slope)[] later)
    {
        Tensor next = Weighted.Sum((1, x), (step * (1 - later.Sum(entry => entry.Weight)), slope));
        foreach ((double weight, Tensor entry) in later)
            next.AddInPlace(entry, (float)(step * weight));
        return next;
    }
}
