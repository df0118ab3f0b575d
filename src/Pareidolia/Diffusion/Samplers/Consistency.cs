using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Samplers for networks distilled to jump: a few steps, each to a clean picture that is noised again. Variance-preserving levels.
/// </summary>
public static class Consistency
{
    // Deviation of the pictures in the boundary condition of latent consistency models.
    private const double SigmaData = 0.5;

    /// <summary>
    /// Latent consistency models (Luo et al. 2023, https://arxiv.org/abs/2310.04378): the picture is c_out x0 + c_skip x, then noise of the
    /// next level. The last level is the end of the run, where none is added.
    /// </summary>
    public static IEnumerable<DenoiseStep> Latent(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise noise, double timestepScaling = 10)
    {
        using Trajectory path = new(x);
        int count = levels.Count - 1;
        for (int i = 0; i < count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            bool last = i == count - 1;
            yield return path.Step(levels, i, () =>
            {
                double time = from.Timestep * timestepScaling, square = time * time + SigmaData * SigmaData;
                Tensor x0 = denoise(path.X, from);
                Tensor picture = Weighted.Sum((time / Math.Sqrt(square), x0), (SigmaData * SigmaData / square, path.X));
                return new Outcome(last ? picture : to.AddNoise(picture, noise(from, to)), picture);
            });
        }
    }

    /// <summary>The same along sigmas (Alpha = 1): the picture as estimated, with noise of the next level.</summary>
    public static IEnumerable<DenoiseStep> AlongSigmas(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise noise)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                return Euler.AddNoise(new Outcome(denoised, denoised), to.Sigma, noise, from, to);
            });
        }
    }

    /// <summary>
    /// Trajectory consistency distillation (Zheng et al. 2024, https://arxiv.org/abs/2402.19159): down to a level between, then up to the
    /// next with fresh noise. <paramref name="between"/> has the level to go down to in each step.
    /// </summary>
    public static IEnumerable<DenoiseStep> TrajectoryDistilled(
        Estimator estimate, Tensor x, IReadOnlyList<NoiseLevel> levels, IReadOnlyList<NoiseLevel> between, StepNoise noise)
    {
        using Trajectory path = new(x);
        int count = levels.Count - 1;
        for (int i = 0; i < count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1], down = between[i];
            bool last = i == count - 1;
            yield return path.Step(levels, i, () =>
            {
                (Tensor denoised, Tensor eps, _) = estimate(path.X, from);
                Tensor below = Weighted.Sum((down.Alpha, denoised), (down.Sigma, eps));
                double keep = to.Alpha / down.Alpha;
                Outcome outcome = new(last ? below : below.Scale((float)keep), denoised);
                return Euler.AddNoise(outcome, last ? 0 : Math.Sqrt(1 - keep * keep), noise, from, to);
            });
        }
    }
}
