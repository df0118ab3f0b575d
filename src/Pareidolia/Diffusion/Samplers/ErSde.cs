using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Extended reverse-time SDE solver of order 3 (Cui et al. 2023, https://arxiv.org/abs/2309.06169), one estimate a step; its noise is between
/// that of the ODE and that of the usual SDE. For levels of every kind.
/// </summary>
public static class ErSde
{
    private const int Points = 200;

    /// <summary>Runs with up to <paramref name="stages"/> (1 to 3) terms.</summary>
    public static IEnumerable<DenoiseStep> Plain(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise noise, double noiseScale = 1, int stages = 3)
    {
        using Trajectory path = new(x, stages - 1);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            double[] ratios = [.. Enumerable.Range(0, Math.Min(stages, i + 1)).Select(back => levels[i - back].Ratio)];
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                if (to.Sigma == 0)
                    return new Outcome(denoised, denoised, denoised);
                double keep = Strength(to.Ratio) / Strength(from.Ratio);
                Tensor next = Weighted.Sum((to.Alpha / from.Alpha * keep, path.X), (to.Alpha * (1 - keep), denoised));
                AddDifferences(next, denoised, path.Past, ratios, to);
                double variance = to.Ratio * to.Ratio - from.Ratio * from.Ratio * keep * keep;
                double deviation = to.Alpha * Math.Sqrt(Math.Max(0, variance)) * noiseScale;
                return Euler.AddNoise(new Outcome(next, denoised, denoised), deviation, noise, from, to);
            });
        }
    }

    // The slope of the estimate over sigma / alpha, and the slope's own.
    private static void AddDifferences(Tensor next, Tensor denoised, IReadOnlyList<Tensor> past, double[] ratios, NoiseLevel to)
    {
        if (ratios.Length < 2)
            return;
        double step = to.Ratio - ratios[0], width = -step / Points, scale = Strength(to.Ratio);
        double sum = 0, moment = 0;
        for (int k = 0; k < Points; k++)
        {
            double place = to.Ratio + k * width;
            sum += width / Strength(place);
            moment += width * (place - ratios[0]) / Strength(place);
        }
        double first = to.Alpha * (step + sum * scale) / (ratios[0] - ratios[1]);
        Add(first, denoised, past[0]);
        if (ratios.Length < 3)
            return;
        double second = to.Alpha * (step * step / 2 + moment * scale) * 2 / (ratios[0] - ratios[2]);
        Add(second / (ratios[0] - ratios[1]), denoised, past[0]);
        Add(-second / (ratios[1] - ratios[2]), past[0], past[1]);

        void Add(double weight, Tensor newer, Tensor older)
        {
            next.AddInPlace(newer, (float)weight);
            next.AddInPlace(older, (float)-weight);
        }
    }

    // The paper's choice 5 for how strong the noise is at a ratio sigma / alpha.
    private static double Strength(double ratio) => ratio * (Math.Exp(Math.Pow(ratio, 0.3)) + 10);
}
