using Pareidolia.Diffusion.Samplers;
using Pareidolia.Diffusion.Schedulers;
using Pareidolia.Weights;

namespace Pareidolia.Diffusion;

/// <summary>A sampler as people name it.</summary>
/// <param name="Name">The name used by ComfyUI and by our command line, such as dpmpp_2m.</param>
/// <param name="Label">The name in the web UI, such as DPM++ 2M.</param>
/// <param name="Schedule">The noise schedule that the web UI's "automatic" gives it.</param>
public sealed record NamedSampler(string Name, string Label, string Schedule);

/// <summary>
/// The samplers and noise schedules that the web UI and ComfyUI know, by their names. Any of them runs with any model whose
/// network was trained on timesteps.
/// </summary>
public static class SamplerCatalog
{
    private delegate SamplingPlan.Solver Maker(SamplerOptions options);

    // Samplers that step along sigmas (Alpha = 1), with the schedule that they like best.
    private static readonly (NamedSampler Named, Maker Make)[] Sigma =
    [
        (new("euler", "Euler", "normal"), o => (d, x, legs, noise) => Euler.Plain(d.Denoise, x, Levels(legs), noise, o.Churn)),
        (new("euler_ancestral", "Euler a", "normal"),
            o => (d, x, legs, noise) => Euler.Ancestral(d.Denoise, x, Levels(legs), noise, o.Eta ?? 1)),
        (new("heun", "Heun", "normal"), o => (d, x, legs, noise) => Heun.Plain(d.Denoise, x, Levels(legs), noise, o.Churn)),
        (new("lms", "LMS", "normal"), o => (d, x, legs, noise) => Lms.Plain(d.Denoise, x, Levels(legs), o.LmsOrder)),
        (new("dpm_2", "DPM2", "karras"), o => (d, x, legs, noise) => Heun.Midpoint(d.Denoise, x, Levels(legs), noise, o.Churn)),
        (new("dpm_2_ancestral", "DPM2 a", "karras"),
            o => (d, x, legs, noise) => Heun.AncestralMidpoint(d.Denoise, x, Levels(legs), noise, o.Eta ?? 1)),
        (new("dpmpp_2s_ancestral", "DPM++ 2S a", "karras"),
            o => (d, x, legs, noise) => DpmAncestral.TwoStage(d.Denoise, x, Levels(legs), noise, o.Eta ?? 1)),
        (new("dpmpp_sde", "DPM++ SDE", "karras"),
            o => (d, x, legs, noise) => DpmAncestral.Sde(d.Denoise, x, Levels(legs), noise, o.Eta ?? 1)),
        (new("dpmpp_2m", "DPM++ 2M", "karras"), o => Multistep(new DpmSettings(2))),
        (new("dpmpp_2m_sde", "DPM++ 2M SDE", "exponential"), o => Multistep(new DpmSettings(2, Eta: o.Eta ?? 1))),
        (new("dpmpp_2m_sde_heun", "DPM++ 2M SDE Heun", "exponential"),
            o => Multistep(new DpmSettings(2, Eta: o.Eta ?? 1, HeunWeights: true))),
        (new("dpmpp_3m_sde", "DPM++ 3M SDE", "exponential"), o => Multistep(new DpmSettings(3, Eta: o.Eta ?? 1, HeunWeights: true))),
        (new("dpm_fast", "DPM fast", "karras"),
            o => (d, x, legs, noise) => DpmAdaptive.Fast(d.Denoise, x, Range(legs), legs.Count, noise, o.Eta ?? 0)),
        (new("dpm_adaptive", "DPM adaptive", "karras"),
            o => (d, x, legs, noise) => DpmAdaptive.Controlled(d.Denoise, x, Range(legs), noise, eta: o.Eta ?? 0)),
    ];

    // Samplers that step along training's timesteps, as diffusers has them.
    private static readonly (NamedSampler Named, string ClassName)[] Timestep =
    [
        (new("ddim", "DDIM", "timesteps"), "DDIMScheduler"),
        (new("ddpm", "DDPM", "timesteps"), "DDPMScheduler"),
        (new("plms", "PLMS", "timesteps"), "PNDMScheduler"),
        (new("uni_pc", "UniPC", "timesteps"), "UniPCMultistepScheduler"),
        (new("deis", "DEIS", "timesteps"), "DEISMultistepScheduler"),
        (new("lcm", "LCM", "timesteps"), "LCMScheduler"),
        (new("tcd", "TCD", "timesteps"), "TCDScheduler"),
    ];

    private static readonly Dictionary<string, Func<NoiseSchedule, int, double[]>> SigmaRules = new(StringComparer.Ordinal)
    {
        ["normal"] = TrainedSigmas.Normal,
        ["sgm_uniform"] = TrainedSigmas.SgmUniform,
        ["simple"] = TrainedSigmas.Simple,
        ["ddim_uniform"] = TrainedSigmas.DdimUniform,
        ["beta"] = (trained, n) => TrainedSigmas.Beta(trained, n),
        ["karras"] = (trained, n) => SigmaSchedules.Karras(n, trained.Sigmas[0], trained.Sigmas[^1]),
        ["exponential"] = (trained, n) => SigmaSchedules.Exponential(n, trained.Sigmas[0], trained.Sigmas[^1]),
        ["polyexponential"] = (trained, n) => SigmaSchedules.PolyExponential(n, trained.Sigmas[0], trained.Sigmas[^1], 1),
        ["kl_optimal"] = (trained, n) => SigmaSchedules.KlOptimal(n, trained.Sigmas[0], trained.Sigmas[^1]),
        ["linear_quadratic"] = (trained, n) => SigmaSchedules.LinearQuadratic(n, trained.Sigmas[^1]),
        ["align_your_steps"] = (_, n) => SigmaSchedules.AlignYourSteps(n, sdxl: false),
    };

    /// <summary>All samplers.</summary>
    public static IReadOnlyList<NamedSampler> Samplers { get; } =
        [.. Sigma.Select(entry => entry.Named), .. Timestep.Select(entry => entry.Named)];

    /// <summary>The names of all schedules, for samplers that step along sigmas.</summary>
    public static IReadOnlyCollection<string> Schedules => SigmaRules.Keys;

    /// <summary>Finds a sampler by name or label, in any case and with spaces, underscores and hyphens alike.</summary>
    /// <exception cref="PareidoliaException">There is none; the message lists the known.</exception>
    public static NamedSampler Find(string name)
    {
        string plain = Plain(name);
        return Samplers.FirstOrDefault(sampler => Plain(sampler.Name) == plain || Plain(sampler.Label) == plain)
            ?? throw new PareidoliaException(
                $"The sampler \"{name}\" is not known; there are {string.Join(", ", Samplers.Select(sampler => sampler.Name))}.");
    }

    /// <summary>
    /// A run of a named sampler with a model's scheduler_config.json. <paramref name="schedule"/> null takes the sampler's own; it concerns
    /// only samplers that step along sigmas.
    /// </summary>
    /// <exception cref="PareidoliaException">A name is not known, the steps do not fit, or the model is not one of timesteps.</exception>
    public static SamplingPlan Plan(JsonConfig config, string sampler, string? schedule, int steps, SamplerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        NamedSampler named = Find(sampler);
        Scheduler model = Scheduler.Load(config);
        if (!model.HasTimesteps)
            throw new PareidoliaException(
                $"The sampler {named.Name} needs a model trained on timesteps; '{config.Name}' is for {model.ClassName}.");
        if (Array.Find(Timestep, entry => entry.Named == named).ClassName is string className)
            return Scheduler.Load(config, className).Plan(steps, options);
        if (steps < 1)
            throw new PareidoliaException($"{steps} steps were asked for; at least 1 is needed.");
        SchedulerSettings settings = new(config, model.ClassName);
        NoiseSchedule trained = settings.FiniteSchedule;
        double[] sigmas = SigmasOf(named, Rule(schedule ?? named.Schedule), trained, steps);
        Maker make = Array.Find(Sigma, entry => entry.Named == named).Make;
        return new SamplingPlan(SamplingPlan.Chain(Array.ConvertAll(sigmas, sigma => NoiseLevel.Exploding(sigma))), settings.Prediction,
            make(options ?? SamplerOptions.Default), trained, initialScale: sigmas[0])
        {
            Noise = NoiseOf(named),
        };
    }

    // The two stages of DPM++ SDE overlap, so that it needs a path; the others' steps do not.
    private static StepNoiseKind NoiseOf(NamedSampler sampler) => sampler.Name switch
    {
        "dpmpp_sde" => StepNoiseKind.Brownian,
        "dpmpp_2m_sde" or "dpmpp_2m_sde_heun" or "dpmpp_3m_sde" => StepNoiseKind.BrownianButInDiffusers,
        _ => StepNoiseKind.Independent,
    };

    // Solvers with an estimate between do badly where the last step but one goes very near to 0, so it is left out.
    private static double[] SigmasOf(NamedSampler sampler, Func<NoiseSchedule, int, double[]> rule, NoiseSchedule trained, int steps)
    {
        if (sampler.Name is not ("dpm_2" or "dpm_2_ancestral" or "dpmpp_3m_sde"))
            return rule(trained, steps);
        double[] sigmas = rule(trained, steps + 1);
        return [.. sigmas[..^2], 0];
    }

    private static Func<NoiseSchedule, int, double[]> Rule(string name) =>
        SigmaRules.TryGetValue(name, out Func<NoiseSchedule, int, double[]>? rule) ? rule : throw new PareidoliaException(
            $"The noise schedule \"{name}\" is not known; there are {string.Join(", ", SigmaRules.Keys)}.");

    private static string Plain(string name) =>
        string.Concat(name.Where(char.IsLetterOrDigit)).Replace("pp", "", StringComparison.OrdinalIgnoreCase).ToUpperInvariant();

    private static IReadOnlyList<NoiseLevel> Levels(IReadOnlyList<Leg> legs) => SamplingPlan.LevelsOf(legs);

    // From the noisiest to the cleanest level that is not yet 0.
    private static (double Max, double Min) Range(IReadOnlyList<Leg> legs) => (legs[0].From.Sigma, legs[^1].From.Sigma);

    private static SamplingPlan.Solver Multistep(DpmSettings settings) => (d, x, legs, noise) =>
        DpmMultistep.Plain(d.Denoise, x, Levels(legs), settings, noise);
}
