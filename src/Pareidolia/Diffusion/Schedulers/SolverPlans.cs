using Pareidolia.Diffusion.Samplers;

namespace Pareidolia.Diffusion.Schedulers;

/// <summary>Plans that solve in lambda at variance-preserving levels: DPM-Solver multistep and single-step, DEIS, UniPC.</summary>
internal static class SolverPlans
{
    public static SamplingPlan DpmMultistep(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        DpmSettings dpm = Dpm(settings, steps, options);
        return Plan(settings, Levels(settings, steps, settings.Spacing), (denoiser, x, legs, noise) =>
            Samplers.DpmMultistep.Plain(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), dpm, noise));
    }

    public static SamplingPlan DpmSinglestep(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        DpmSettings dpm = Dpm(settings, steps, options);
        bool lowerOrderFinal = settings.Config.Bool("lower_order_final", true) || steps % dpm.Order != 0;
        return Plan(settings, Levels(settings, steps, TimestepSpacing.Linspace), (denoiser, x, legs, noise) =>
        {
            int[] orders = Samplers.DpmSinglestep.Orders(legs.Count, dpm.Order, lowerOrderFinal, legs[^1].To.Sigma == 0);
            return Samplers.DpmSinglestep.Plain(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), dpm, orders, noise);
        });
    }

    public static SamplingPlan Deis(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        DpmSettings deis = new(Order(settings), LowerOrderFinal: settings.Config.Bool("lower_order_final", true) && steps < 15);
        IReadOnlyList<NoiseLevel> levels =
            SigmaGrid.Solving(settings, settings.Schedule, steps, settings.Spacing, final: "sigma_min", endsAtLastRespaced: true);
        return Plan(settings, levels, (denoiser, x, legs, noise) =>
            Samplers.Deis.Plain(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), deis));
    }

    public static SamplingPlan UniPc(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        UniPcSettings unipc = new(Order(settings), settings.Config.Text("solver_type") == "bh1", !settings.Config.Bool("predict_x0", true),
            settings.Config.Bool("lower_order_final", true), settings.Config.Ints("disable_corrector", []));
        IReadOnlyList<NoiseLevel> levels =
            SigmaGrid.Solving(settings, settings.FiniteSchedule, steps, settings.Spacing, final: null, endsAtLastRespaced: true);
        return Plan(settings, levels, (denoiser, x, legs, noise) =>
            Samplers.UniPc.Plain(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), unipc));
    }

    private static IReadOnlyList<NoiseLevel> Levels(SchedulerSettings settings, int steps, TimestepSpacing spacing) =>
        SigmaGrid.Solving(settings, settings.FiniteSchedule, steps, spacing, final: null, endsAtLastRespaced: false);

    private static SamplingPlan Plan(SchedulerSettings settings, IReadOnlyList<NoiseLevel> levels, SamplingPlan.Solver solver) =>
        new(SamplingPlan.Chain(levels), settings.Prediction, solver, settings.FiniteSchedule, settings.DynamicBound());

    private static int Order(SchedulerSettings settings) => settings.Config.Int("solver_order", 2);

    private static DpmSettings Dpm(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        string algorithm = settings.Config.Text("algorithm_type", "dpmsolver++")!;
        bool predictNoise = algorithm is "dpmsolver" or "sde-dpmsolver", stochastic = algorithm is "sde-dpmsolver" or "sde-dpmsolver++";
        if (predictNoise && settings.Config.Text("final_sigmas_type", "zero") == "zero")
            throw new PareidoliaException($"algorithm_type {algorithm} cannot end at sigma 0: final_sigmas_type should be sigma_min.");
        return new DpmSettings(Order(settings), predictNoise, stochastic ? options.Eta ?? 1 : 0,
            HeunWeights: settings.Config.Text("solver_type") == "heun",
            LowerOrderFinal: settings.Config.Bool("lower_order_final", true) && steps < 15,
            EulerAtFinal: settings.Config.Bool("euler_at_final", false));
    }
}
