using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// DEIS (Zhang and Chen 2023, https://arxiv.org/abs/2204.13902), multistep, with the noise estimate interpolated by a polynomial in ln rho,
/// rho = sigma / alpha. One estimate a step, for levels of every kind.
/// </summary>
public static class Deis
{
    /// <summary>Runs with 1 to 3 estimates a step, fewer at the end where <see cref="DpmSettings.LowerOrderFinal"/> says so.</summary>
    public static IEnumerable<DenoiseStep> Plain(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, DpmSettings settings)
    {
        using Trajectory path = new(x, Math.Max(0, settings.Order - 1));
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            int order = settings.OrderAt(i, levels.Count - 1, to.Sigma == 0);
            double[] nodes = [.. Enumerable.Range(0, order).Select(back => Math.Log(levels[i - back].Ratio))];
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                Tensor eps = DpmMultistep.NoiseOf(path.X, denoised, from);
                if (order == 1)
                    return new Outcome(Ddim.Transfer(path.X, eps, from, to), denoised, eps);
                Tensor next = Weighted.Sum((to.Alpha / from.Alpha, path.X), (Weight(nodes, 0, from, to), eps));
                for (int back = 1; back < order; back++)
                    next.AddInPlace(path.Past[back - 1], (float)Weight(nodes, back, from, to));
                return new Outcome(next, denoised, eps);
            });
        }
    }

    private static double Weight(double[] nodes, int j, NoiseLevel from, NoiseLevel to) =>
        to.Alpha * Lagrange.LogIntegral(nodes, j, from.Ratio, to.Ratio);
}
