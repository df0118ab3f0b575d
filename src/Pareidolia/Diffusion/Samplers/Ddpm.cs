using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>How much noise a DDPM step adds.</summary>
public enum VarianceType
{
    /// <summary>The variance of the step's posterior given the picture.</summary>
    FixedSmall,

    /// <summary>beta, the variance of the forward step.</summary>
    FixedLarge,

    /// <summary>The network's second half of channels, as it is.</summary>
    Learned,

    /// <summary>The network interpolates between the two fixed ones in logarithm (https://arxiv.org/abs/2102.09672).</summary>
    LearnedRange,
}

/// <summary>
/// Denoising diffusion probabilistic models (Ho et al. 2020, https://arxiv.org/abs/2006.11239): each step draws from the posterior of the
/// less noisy x given the estimated picture. Variance-preserving levels.
/// </summary>
public static class Ddpm
{
    private const double SmallestVariance = 1e-20;

    /// <summary>Runs the legs; no noise is added by a step from timestep 0.</summary>
    public static IEnumerable<DenoiseStep> Plain(
        Estimator estimate, Tensor x, IReadOnlyList<Leg> legs, StepNoise noise,
        VarianceType variance = VarianceType.FixedSmall, SampleBound? bound = null)
    {
        using Trajectory path = new(x);
        for (int i = 0; i < legs.Count; i++)
        {
            (NoiseLevel from, NoiseLevel to) = (legs[i].From, legs[i].To);
            yield return path.Step(i, legs.Count, from, to, () =>
            {
                (Tensor denoised, _, Tensor? learned) = estimate(path.X, from);
                denoised = bound?.Apply(denoised) ?? denoised;
                // In float as diffusers has it: at the cleanest timesteps beta is a small difference, and its rounding moves x by 1e-5.
                float share = (float)(from.Alpha * from.Alpha) / (float)(to.Alpha * to.Alpha), beta = 1 - share;
                double picture = to.Alpha * beta / (from.Sigma * from.Sigma);
                double sample = Math.Sqrt(share) * to.Sigma * to.Sigma / (from.Sigma * from.Sigma);
                Tensor mean = Weighted.Sum((picture, denoised), (sample, path.X));
                if (from.Timestep <= 0)
                    return new Outcome(mean, denoised);
                double posterior = Math.Max(SmallestVariance, to.Sigma * to.Sigma / (from.Sigma * from.Sigma) * beta);
                return new Outcome(mean + Scaled(noise(from, to), variance, posterior, beta, learned), denoised);
            });
        }
    }

    /// <summary>The same along sigmas (Alpha = 1), with the posterior's variance.</summary>
    public static IEnumerable<DenoiseStep> AlongSigmas(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise noise)
    {
        using Trajectory path = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            yield return path.Step(levels, i, () =>
            {
                // In units of the variance-preserving x, of which this one is the 1 / alpha-fold.
                double keep = to.Sigma * to.Sigma / (from.Sigma * from.Sigma);
                Tensor denoised = denoise(path.X, from);
                Tensor mean = Weighted.Sum((keep, path.X), (1 - keep, denoised));
                return Euler.AddNoise(new Outcome(mean, denoised), to.Sigma * Math.Sqrt(1 - keep), noise, from, to);
            });
        }
    }

    private static Tensor Scaled(Tensor noise, VarianceType type, double posterior, double beta, Tensor? learned)
    {
        if (type == VarianceType.FixedSmall)
            return noise.Scale((float)Math.Sqrt(posterior));
        if (type == VarianceType.FixedLarge)
            return noise.Scale((float)Math.Sqrt(beta));
        if (learned is null)
            throw new PareidoliaException("The scheduler's variance_type is learned, but the network's output has no channels for it.");
        if (type == VarianceType.Learned)
            return noise * learned.Sqrt();
        // ln variance goes from the posterior's to beta's as the output goes from -1 to 1.
        double low = Math.Log(posterior), high = Math.Log(beta);
        return noise * learned.Affine((float)((high - low) / 4), (float)((high + low) / 4)).Exp();
    }
}
