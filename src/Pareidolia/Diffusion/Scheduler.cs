using Pareidolia.Diffusion.Schedulers;
using Pareidolia.Weights;

namespace Pareidolia.Diffusion;

/// <summary>
/// How a model wants to be sampled: its scheduler_config.json. The class that the file names can be exchanged for another: the noise
/// schedule and the prediction belong to the model and stay.
/// </summary>
public sealed class Scheduler
{
    private delegate SamplingPlan Builder(JsonConfig config, string className, int steps, SamplerOptions options);

    private static readonly Dictionary<string, Builder> Classes = new(StringComparer.Ordinal)
    {
        ["DDPMScheduler"] = Trained(TimestepPlans.Ddpm),
        ["DDIMScheduler"] = Trained(TimestepPlans.Ddim),
        ["DDIMInverseScheduler"] = Trained(TimestepPlans.DdimInverse),
        ["PNDMScheduler"] = Trained(TimestepPlans.Pndm),
        ["EulerDiscreteScheduler"] = Trained(SigmaPlans.Euler),
        ["EulerAncestralDiscreteScheduler"] = Trained(SigmaPlans.EulerAncestral),
        ["HeunDiscreteScheduler"] = Trained(SigmaPlans.Heun),
        ["KDPM2DiscreteScheduler"] = Trained(SigmaPlans.Dpm2),
        ["KDPM2AncestralDiscreteScheduler"] = Trained(SigmaPlans.Dpm2Ancestral),
        ["LMSDiscreteScheduler"] = Trained(SigmaPlans.Lms),
        ["DPMSolverMultistepScheduler"] = Trained(SolverPlans.DpmMultistep),
        ["DPMSolverSinglestepScheduler"] = Trained(SolverPlans.DpmSinglestep),
        ["DEISMultistepScheduler"] = Trained(SolverPlans.Deis),
        ["UniPCMultistepScheduler"] = Trained(SolverPlans.UniPc),
        ["LCMScheduler"] = Trained(ConsistencyPlans.Lcm),
        ["TCDScheduler"] = Trained(ConsistencyPlans.Tcd),
        ["EDMEulerScheduler"] = (config, _, steps, options) => ContinuousPlans.EdmEuler(config, steps, options),
        ["FlowMatchEulerDiscreteScheduler"] = (config, _, steps, options) => ContinuousPlans.FlowEuler(config, steps, options),
        ["FlowMatchHeunDiscreteScheduler"] = (config, _, steps, options) => ContinuousPlans.FlowHeun(config, steps, options),
    };

    private readonly JsonConfig _config;
    private readonly Builder _builder;

    private Scheduler(JsonConfig config, string className, Builder builder) =>
        (_config, ClassName, _builder) = (config, className, builder);

    /// <summary>The diffusers classes that are known.</summary>
    public static IReadOnlyCollection<string> ClassNames => Classes.Keys;

    /// <summary>The diffusers class.</summary>
    public string ClassName { get; }

    /// <summary>Whether the network was trained on a table of timesteps, rather than on continuous noise.</summary>
    public bool HasTimesteps =>
        !ClassName.StartsWith("EDM", StringComparison.Ordinal) && !ClassName.StartsWith("Flow", StringComparison.Ordinal);

    /// <summary>How many timesteps the network was trained on.</summary>
    internal int TrainTimesteps => _config.Int("num_train_timesteps", 1000);

    /// <summary>Whether a configuration names a class that is known.</summary>
    public static bool Knows(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Classes.ContainsKey(config.Text("_class_name") ?? "");
    }

    /// <summary>Reads a scheduler_config.json; <paramref name="className"/> replaces the class that it names.</summary>
    /// <exception cref="PareidoliaException">The class is not known.</exception>
    public static Scheduler Load(JsonConfig config, string? className = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        string name = className ?? config.Text("_class_name") ?? "(none)";
        return Classes.TryGetValue(name, out Builder? builder)
            ? new Scheduler(config, name, builder)
            : throw new PareidoliaException($"'{config.Name}' wants the scheduler {name}; known are {string.Join(", ", Classes.Keys)}.");
    }

    /// <summary>The noise schedule that the model was trained on.</summary>
    /// <exception cref="PareidoliaException">The configuration does not make sense.</exception>
    public NoiseSchedule TrainingSchedule() => new SchedulerSettings(_config, ClassName).Schedule;

    /// <summary>A run of the given number of steps.</summary>
    /// <exception cref="PareidoliaException">The steps do not fit the schedule, or the configuration does not make sense.</exception>
    public SamplingPlan Plan(int steps, SamplerOptions? options = null)
    {
        if (steps < 1 || steps > TrainTimesteps)
            throw new PareidoliaException($"{steps} steps were asked for; between 1 and {TrainTimesteps} are possible.");
        return _builder(_config, ClassName, steps, options ?? SamplerOptions.Default);
    }

    private static Builder Trained(Func<SchedulerSettings, int, SamplerOptions, SamplingPlan> build) =>
        (config, className, steps, options) => build(new SchedulerSettings(config, className), steps, options);
}
