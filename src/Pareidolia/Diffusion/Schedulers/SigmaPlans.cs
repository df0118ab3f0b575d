using Pareidolia.Diffusion.Samplers;

namespace Pareidolia.Diffusion.Schedulers;

/// <summary>Plans in the coordinates of k-diffusion (Alpha = 1): Euler, Heun, DPM2, LMS and their ancestral forms.</summary>
internal static class SigmaPlans
{
    public static SamplingPlan Euler(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        bool continuous = settings.Config.Text("timestep_type") == "continuous" && settings.Prediction.Type == PredictionType.Velocity;
        return Plan(settings, steps, (denoiser, x, legs, noise) =>
            Samplers.Euler.Plain(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), noise, options.Churn, churnAfterEstimate: true),
            retime: continuous ? level => level with { Timestep = 0.25 * Math.Log(level.Sigma) } : null);
    }

    public static SamplingPlan EulerAncestral(SchedulerSettings settings, int steps, SamplerOptions options) =>
        Plan(settings, steps, (denoiser, x, legs, noise) =>
            Samplers.Euler.Ancestral(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), noise, options.Eta ?? 1));

    public static SamplingPlan Heun(SchedulerSettings settings, int steps, SamplerOptions options) =>
        Plan(settings, steps, (denoiser, x, legs, noise) =>
            Samplers.Heun.Plain(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), noise, options.Churn), settings.Bound());

    public static SamplingPlan Dpm2(SchedulerSettings settings, int steps, SamplerOptions options) =>
        Plan(settings, steps, (denoiser, x, legs, noise) =>
            Samplers.Heun.Midpoint(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), noise, options.Churn), roundRespaced: true);

    public static SamplingPlan Dpm2Ancestral(SchedulerSettings settings, int steps, SamplerOptions options) =>
        Plan(settings, steps, (denoiser, x, legs, noise) =>
            Samplers.Heun.AncestralMidpoint(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), noise, options.Eta ?? 1, spareNoise: true),
            roundRespaced: true);

    public static SamplingPlan Lms(SchedulerSettings settings, int steps, SamplerOptions options) =>
        Plan(settings, steps, (denoiser, x, legs, noise) =>
            Samplers.Lms.Plain(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), options.LmsOrder));

    private static SamplingPlan Plan(SchedulerSettings settings, int steps, SamplingPlan.Solver solver, SampleBound? bound = null,
        bool roundRespaced = false, Func<NoiseLevel, NoiseLevel>? retime = null)
    {
        NoiseSchedule schedule = settings.FiniteSchedule;
        IReadOnlyList<NoiseLevel> levels = SigmaGrid.Sampling(settings, schedule, steps, roundRespaced);
        if (retime is not null)
            levels = [.. levels.Select(retime)];
        // A grid that leaves out the noisiest timestep starts from noise as strong as noise and picture together are there.
        double most = levels.Max(level => level.Sigma);
        double scale = settings.Spacing == TimestepSpacing.Leading ? Math.Sqrt(most * most + 1) : most;
        return new SamplingPlan(SamplingPlan.Chain(levels), settings.Prediction, solver, schedule, bound, scale);
    }
}
