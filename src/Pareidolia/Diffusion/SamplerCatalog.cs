using Pareidolia.Diffusion.Catalog;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Diffusion.Samplers;
using Pareidolia.Diffusion.Schedulers;
using Pareidolia.Weights;

namespace Pareidolia.Diffusion;

/// <summary>
/// The samplers and noise schedules of the web UI, ComfyUI, diffusers and programs with their names. Any of them runs with any model whose
/// network was trained on timesteps.
/// </summary>
public static class SamplerCatalog
{
    /// <summary>All samplers.</summary>
    public static IReadOnlyList<NamedSampler> Samplers { get; } = [.. KnownSamplers.All.Select(entry => entry.Named)];

    /// <summary>All schedules, for samplers that step along sigmas.</summary>
    public static IReadOnlyList<NamedSchedule> Schedules { get; } = [.. KnownSchedules.All.Select(entry => entry.Named)];

    /// <summary>
    /// Finds a sampler by its name in any program, in any case and with spaces, underscores and hyphens alike: <c>dpmpp_2m</c>, <c>DPM++ 2M</c>,
    /// <c>k_dpmpp_2m</c>, <c>DPMSolverMultistepScheduler</c>.
    /// </summary>
    /// <exception cref="PareidoliaException">There is none; the message lists the known.</exception>
    public static NamedSampler Find(string name) => TryFind(name) ?? throw new PareidoliaException(
        $"The sampler \"{name}\" is not known; there are {string.Join(", ", Samplers.Select(sampler => sampler.Name))}.");

    /// <summary>The same; null where there is none.</summary>
    public static NamedSampler? TryFind(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string plain = Plain(name);
        return Samplers.FirstOrDefault(sampler => Plain(sampler.Name) == plain || Plain(sampler.Label) == plain)
            ?? Samplers.FirstOrDefault(sampler => sampler.Aliases.Any(alias => Plain(alias) == plain) || ClassNames(sampler).Contains(plain));
    }

    /// <summary>Finds a schedule by its name in any program.</summary>
    /// <exception cref="PareidoliaException">There is none; the message lists the known.</exception>
    public static NamedSchedule FindSchedule(string name) => TryFindSchedule(name) ?? throw new PareidoliaException(
        $"The noise schedule \"{name}\" is not known; there are {string.Join(", ", Schedules.Select(schedule => schedule.Name))}.");

    /// <summary>The same; null where there is none.</summary>
    public static NamedSchedule? TryFindSchedule(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string plain = Plain(name);
        return Schedules.FirstOrDefault(schedule =>
            Plain(schedule.Name) == plain || Plain(schedule.Label) == plain || schedule.Aliases.Any(alias => Plain(alias) == plain));
    }

    /// <summary>
    /// A run of a named sampler with a model's scheduler_config.json. <paramref name="schedule"/> null takes the sampler's own,
    /// or steps as the program of <see cref="SamplerOptions.Tool"/> spaces them for it.
    /// </summary>
    /// <exception cref="PareidoliaException">A name is not known, the steps do not fit, or the model is not one of timesteps.</exception>
    public static SamplingPlan Plan(JsonConfig config, string sampler, string? schedule, int steps, SamplerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        NamedSampler named = Find(sampler);
        CatalogEntry entry = EntryOf(named);
        NamedSchedule? spacing = schedule is null ? null : FindSchedule(schedule);
        options ??= SamplerOptions.Default;
        SchedulerSettings settings = TrainedOnTimesteps(config, named);
        bool alongSigmas = entry.AlongSigmas is not null && (spacing is not null || options.Tool != SamplingTool.Diffusers);
        if (entry.PlanClass is string className && !alongSigmas && WebUiPlanOf(entry, spacing, options) is null)
            return Scheduler.Load(config, className).Plan(steps, options);
        RequireSteps(steps, config);
        if (WebUiPlanOf(entry, spacing, options) is { } webUi)
        {
            (IReadOnlyList<Leg> legs, SamplingPlan.Solver solver) = webUi(settings.Schedule, steps, options);
            return new SamplingPlan(legs, settings.Prediction, solver, settings.Schedule);
        }
        return AlongSigmas(entry, spacing ?? FindSchedule(named.Schedule), settings, steps, options);
    }

    /// <summary>The entry of one of <see cref="Samplers"/>.</summary>
    internal static CatalogEntry EntryOf(NamedSampler sampler) => Array.Find(KnownSamplers.All, entry => entry.Named.Name == sampler.Name)!;

    /// <summary>Whether a sampler can step along sigmas that someone else chose.</summary>
    internal static bool StepsAlongSigmas(NamedSampler sampler) => EntryOf(sampler).AlongSigmas is not null;

    /// <summary>The sigmas of a run of a named sampler with a named schedule, falling to what the run ends at.</summary>
    /// <exception cref="PareidoliaException">A name is not known, or the steps do not fit.</exception>
    internal static double[] Sigmas(JsonConfig config, NamedSampler sampler, string schedule, int steps, SamplerOptions options)
    {
        SchedulerSettings settings = TrainedOnTimesteps(config, sampler);
        RequireSteps(steps, config);
        return Sigmas(EntryOf(sampler), FindSchedule(schedule), settings.FiniteSchedule, steps, options);
    }

    /// <summary>A run of a sampler along sigmas that fall, at least two.</summary>
    /// <exception cref="PareidoliaException">The sampler cannot, or the model is not one of timesteps.</exception>
    internal static SamplingPlan Along(JsonConfig config, NamedSampler sampler, IReadOnlyList<double> sigmas, SamplerOptions options)
    {
        if (EntryOf(sampler) is not { AlongSigmas: not null } entry)
            throw new PareidoliaException($"The sampler {sampler.Name} chooses its own steps: it cannot run along given sigmas.");
        return Along(entry, sigmas, TrainedOnTimesteps(config, sampler), options);
    }

    private static void RequireSteps(int steps, JsonConfig config)
    {
        int most = Scheduler.Load(config).TrainTimesteps;
        if (steps < 1 || steps > most)
            throw new PareidoliaException($"{steps} steps were asked for; between 1 and {most} are possible.");
    }

    private static SchedulerSettings TrainedOnTimesteps(JsonConfig config, NamedSampler sampler)
    {
        Scheduler model = Scheduler.Load(config);
        return model.HasTimesteps ? new SchedulerSettings(config, model.ClassName) : throw new PareidoliaException(
            $"The sampler {sampler.Name} needs a model trained on timesteps; '{config.Name}' is for {model.ClassName}.");
    }

    private static SamplingPlan AlongSigmas(CatalogEntry entry, NamedSchedule spacing, SchedulerSettings settings, int steps, SamplerOptions options) =>
        Along(entry, Sigmas(entry, spacing, settings.FiniteSchedule, steps, options), settings, options);

    private static SamplingPlan Along(CatalogEntry entry, IReadOnlyList<double> sigmas, SchedulerSettings settings, SamplerOptions options)
    {
        NoiseSchedule trained = settings.FiniteSchedule;
        double scale = sigmas[0];
        // ComfyUI's pure noise is as strong as noise and picture together are at the noisiest level.
        if (options.Tool == SamplingTool.ComfyUi && scale >= trained.Sigmas[^1] * (1 - 1e-5))
            scale = Math.Sqrt(1 + scale * scale);
        if (entry.Preserving)
            scale /= Math.Sqrt(1 + sigmas[0] * sigmas[0]);
        NoiseLevel[] levels =
            [.. sigmas.Select(sigma => entry.Preserving ? NoiseLevel.Preserving(Math.Max(sigma, 0.001)) : NoiseLevel.Exploding(sigma))];
        return new SamplingPlan(SamplingPlan.Chain(levels), settings.Prediction, (denoiser, x, legs, noise) => entry.AlongSigmas!(
            new SigmaRun(denoiser.Denoise, denoiser.DenoiseBoth, x, SamplingPlan.LevelsOf(legs), noise, options, trained)), trained, initialScale: scale)
        {
            Noise = entry.Noise,
            NoiseOnDevice = entry.NoiseOnDevice,
        };
    }

    private static double[] Sigmas(CatalogEntry entry, NamedSchedule spacing, NoiseSchedule trained, int steps, SamplerOptions options)
    {
        KnownSchedules.Rule rule = Array.Find(KnownSchedules.All, known => known.Named == spacing).Make;
        if (!entry.DropsPenultimate.Contains(options.Tool))
            return rule(trained, steps, options);
        double[] sigmas = rule(trained, steps + 1, options);
        return [.. sigmas[..^2], sigmas[^1]];
    }

    private static Func<NoiseSchedule, int, SamplerOptions, (IReadOnlyList<Leg>, SamplingPlan.Solver)>? WebUiPlanOf(
        CatalogEntry entry, NamedSchedule? spacing, SamplerOptions options) =>
        options.Tool == SamplingTool.WebUi && spacing is null ? entry.WebUiPlan : null;

    private static IEnumerable<string> ClassNames(NamedSampler sampler) => sampler.DiffusersClass is not string name ? [] :
        [Plain(name), Plain(name.Replace("Scheduler", "", StringComparison.Ordinal)), Plain(name.Replace("DiscreteScheduler", "", StringComparison.Ordinal))];

    private static string Plain(string name) =>
        string.Concat(name.Where(char.IsLetterOrDigit)).Replace("pp", "", StringComparison.OrdinalIgnoreCase).ToUpperInvariant();
}
