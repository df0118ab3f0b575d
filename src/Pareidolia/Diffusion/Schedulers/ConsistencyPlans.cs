using Pareidolia.Diffusion.Samplers;

namespace Pareidolia.Diffusion.Schedulers;

/// <summary>Plans for networks distilled to few steps: LCM and TCD.</summary>
internal static class ConsistencyPlans
{
    public static SamplingPlan Lcm(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        double scaling = settings.Config.Double("timestep_scaling", 10);
        int[] timesteps = Timesteps(settings, steps, options.Strength);
        // The last step adds no noise: where it ends is not used.
        NoiseLevel[] levels = [.. timesteps.Select(settings.Schedule.At), settings.Schedule.At(timesteps[^1])];
        return new SamplingPlan(SamplingPlan.Chain(levels), settings.Prediction, (denoiser, x, legs, noise) =>
            Consistency.Latent(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), noise, scaling), settings.Schedule, settings.Bound());
    }

    public static SamplingPlan Tcd(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        double eta = options.Eta ?? 0.3;
        NoiseLevel[] levels = [.. Timesteps(settings, steps, options.Strength).Append(0).Select(settings.Schedule.At)];
        return new SamplingPlan(SamplingPlan.Chain(levels), settings.Prediction, (denoiser, x, legs, noise) =>
        {
            NoiseLevel[] between = [.. legs.Select(leg => settings.Schedule.At((int)((1 - eta) * leg.To.Timestep)))];
            return Consistency.TrajectoryDistilled(denoiser.Estimate, x, SamplingPlan.LevelsOf(legs), between, noise);
        }, settings.Schedule);
    }

    // Out of the timesteps that the network was distilled on, n evenly by number from the noisiest.
    private static int[] Timesteps(SchedulerSettings settings, int steps, double strength)
    {
        int original = settings.Config.Int("original_inference_steps", 50);
        int stride = settings.TrainTimesteps / original, count = (int)(original * strength);
        if (steps > count)
            throw new PareidoliaException(
                $"{steps} steps are more than the {count} that this scheduler was distilled on ({original} times strength {strength}).");
        return [.. Enumerable.Range(0, steps).Select(i => (count - (int)((double)i * count / steps)) * stride - 1)];
    }
}
