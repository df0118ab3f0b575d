using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Improved pseudo numerical method (Zhang and Chen 2023, https://arxiv.org/abs/2204.13902, section 3.3): Adams-Bashforth of up to four slopes
/// dx / d sigma, one estimate a step. The first steps are of lower order, which keeps the whole of order 2. Alpha = 1.
/// </summary>
public static class Ipndm
{
    private const int MostSlopes = 4;

    /// <summary>With the weights of even steps, whatever the steps.</summary>
    public static IEnumerable<DenoiseStep> Plain(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels) =>
        Run(denoise, x, levels, (_, order) => order switch
        {
            1 => [1],
            2 => [3.0 / 2, -1.0 / 2],
            3 => [23.0 / 12, -16.0 / 12, 5.0 / 12],
            _ => [55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24],
        });

    /// <summary>With weights for uneven steps.</summary>
    public static IEnumerable<DenoiseStep> Variable(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels) =>
        Run(denoise, x, levels, (i, order) => Weights([.. Enumerable.Range(0, order).Select(back => levels[i - back + 1].Sigma - levels[i - back].Sigma)]));

    private static IEnumerable<DenoiseStep> Run(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, Func<int, int, double[]> weightsAt)
    {
        using Trajectory path = new(x, MostSlopes - 1);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            double[] weights = weightsAt(i, Math.Min(MostSlopes, i + 1));
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                Tensor slope = Euler.Slope(path.X, denoised, from.Sigma);
                if (to.Sigma == 0)
                    return new Outcome(denoised, denoised, slope);
                double step = to.Sigma - from.Sigma;
                Tensor next = Weighted.Sum((1, path.X), (step * weights[0], slope));
                for (int back = 1; back < weights.Length; back++)
                    next.AddInPlace(path.Past[back - 1], (float)(step * weights[back]));
                return new Outcome(next, denoised, slope);
            });
        }
    }

    // The steps, the newest first. As its authors' program and ComfyUI have them: with more than two slopes the weights are not quite those of
    // Adams-Bashforth, though they are where the steps are even.
    private static double[] Weights(double[] h)
    {
        if (h.Length == 1)
            return [1];
        double ratio = h[0] / h[1];
        double[] weights = new double[h.Length];
        (weights[0], weights[1]) = (1 + ratio / 2, -ratio / 2);
        if (h.Length == 2)
            return weights;
        double two = h[0] + h[1], pastTwo = h[1] + h[2], older = h[1] / h[2];
        double third = (1 - h[0] / (3 * two) * (h[0] * two) / (h[1] * pastTwo)) / 2;
        weights[0] += third;
        weights[1] -= (1 + older) * third;
        weights[2] += older * third;
        if (h.Length == 3)
            return weights;
        double three = two + h[2], pastThree = pastTwo + h[3];
        double fourth = ((1 - h[0] / (3 * two)) / 2 + (1 - h[0] / (2 * two)) * h[0] / (6 * three)) * (h[0] * two * three) / (h[1] * pastTwo * pastThree);
        double oldest = h[1] * pastTwo / (h[2] * (h[2] + h[3]));
        weights[0] += fourth;
        weights[1] -= (1 + older + oldest) * fourth;
        weights[2] += (older + oldest * (1 + h[2] / h[3])) * fourth;
        weights[3] -= fourth * oldest * older;
        return weights;
    }
}
