using Pareidolia.Weights;

namespace Pareidolia.Diffusion.Schedulers;

/// <summary>
/// A scheduler_config.json, read as diffusers reads it: what it leaves out has the default of its class. Settings of one class carry over
/// to another.
/// </summary>
internal sealed class SchedulerSettings
{
    private static readonly HashSet<string> LatentBetas =
        ["HeunDiscreteScheduler", "KDPM2DiscreteScheduler", "KDPM2AncestralDiscreteScheduler", "LCMScheduler", "TCDScheduler"];

    private static readonly HashSet<string> LeadingByDefault =
        ["DDPMScheduler", "DDIMScheduler", "DDIMInverseScheduler", "PNDMScheduler", "LCMScheduler", "TCDScheduler"];

    // Of which a latent consistency model knows no more.
    private const int DistilledSteps = 50;

    private readonly string _className;

    public SchedulerSettings(JsonConfig config, string className)
    {
        Config = config;
        _className = className;
        TrainTimesteps = config.Int("num_train_timesteps", 1000);
        Prediction = Prediction.Parse(config.Text("prediction_type", "epsilon")!);
        NoiseSchedule trained = new(Betas());
        Schedule = Prediction.Type == PredictionType.Consistency ? trained.Thinned(DistilledSteps) : trained;
    }

    public JsonConfig Config { get; }

    public int TrainTimesteps { get; }

    public Prediction Prediction { get; }

    /// <summary>The noise schedule of training, with an alpha bar of 0 at its end if it was rescaled so.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>The same for solvers that divide by alpha.</summary>
    public NoiseSchedule FiniteSchedule => ZeroTerminalSnr ? Schedule.WithFiniteSigmas() : Schedule;

    public TimestepSpacing Spacing =>
        TimestepSpacings.Parse(Config.Text("timestep_spacing", LeadingByDefault.Contains(_className) ? "leading" : "linspace")!);

    public int StepsOffset => Config.Int("steps_offset", 0);

    /// <summary>
    /// The bound on estimates of the picture; null for none. <paramref name="clipByDefault"/> where the class clips unless told otherwise.
    /// </summary>
    public SampleBound? Bound(bool clipByDefault = false)
    {
        double range = Config.Double("clip_sample_range", 1);
        if (Config.Bool("thresholding", false))
            return new SampleBound(range, Config.Double("dynamic_thresholding_ratio", 0.995), Config.Double("sample_max_value", 1));
        return Config.Bool("clip_sample", clipByDefault) ? new SampleBound(range) : null;
    }

    /// <summary>Only the dynamic bound: solvers of the DPM family do not clip.</summary>
    public SampleBound? DynamicBound() => Bound() is { Quantile: not null } bound ? bound : null;

    /// <summary>The level that a step beyond timestep 0 ends at.</summary>
    public NoiseLevel FinalLevel(bool alphaOneByDefault) =>
        Config.Bool("set_alpha_to_one", alphaOneByDefault) ? new NoiseLevel(1, 0, double.NaN) : Schedule.At(0);

    /// <summary>The timestep's level, or <paramref name="final"/> below 0.</summary>
    public NoiseLevel AtOr(int timestep, NoiseLevel final) => timestep >= 0 ? Schedule.At(timestep) : final;

    private bool ZeroTerminalSnr => Config.Bool("rescale_betas_zero_snr", false);

    private float[] Betas()
    {
        if (Config.Has("trained_betas"))
            return [.. Config.Doubles("trained_betas").Select(beta => (float)beta)];
        bool latent = LatentBetas.Contains(_className);
        double start = Config.Double("beta_start", latent ? 0.00085 : 0.0001), end = Config.Double("beta_end", latent ? 0.012 : 0.02);
        string name = Config.Text("beta_schedule", _className is "LCMScheduler" or "TCDScheduler" ? "scaled_linear" : "linear")!;
        float[] betas = name switch
        {
            "linear" => BetaSchedule.Linear(TrainTimesteps, start, end),
            "scaled_linear" => BetaSchedule.ScaledLinear(TrainTimesteps, start, end),
            "squaredcos_cap_v2" => BetaSchedule.SquaredCosine(TrainTimesteps),
            "exp" => BetaSchedule.Exponential(TrainTimesteps),
            "sigmoid" => BetaSchedule.Sigmoid(TrainTimesteps, start, end),
            _ => throw new PareidoliaException(
                $"'{Config.Name}': beta_schedule is \"{name}\"; it should be linear, scaled_linear, squaredcos_cap_v2, exp or sigmoid."),
        };
        return ZeroTerminalSnr ? BetaSchedule.WithZeroTerminalSnr(betas) : betas;
    }
}
