using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Linear multistep (Adams-Bashforth with uneven steps) on dx / d sigma: the polynomial through the last slopes is integrated exactly. One
/// estimate a step. Levels with Alpha = 1.
/// </summary>
public static class Lms
{
    /// <summary>Runs with at most <paramref name="order"/> slopes, 1 to 4.</summary>
    public static IEnumerable<DenoiseStep> Plain(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, int order = 4)
    {
        using Trajectory path = new(x, order - 1);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            double[] nodes = [.. Enumerable.Range(0, Math.Min(i + 1, order)).Select(back => levels[i - back].Sigma)];
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                Tensor slope = Euler.Slope(path.X, denoised, from.Sigma);
                Tensor next = Weighted.Sum((1, path.X), (Lagrange.Integral(nodes, 0, from.Sigma, to.Sigma), slope));
                for (int back = 1; back < nodes.Length; back++)
                    next.AddInPlace(path.Past[back - 1], (float)Lagrange.Integral(nodes, back, from.Sigma, to.Sigma));
                return new Outcome(next, denoised, slope);
            });
        }
    }
}
