using Pareidolia.Diffusion.Samplers;

namespace Pareidolia.Diffusion.Schedulers;

/// <summary>Plans that step through training's own timesteps: DDPM, DDIM and its inverse, PNDM.</summary>
internal static class TimestepPlans
{
    public static SamplingPlan Ddpm(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        NoiseLevel clean = new(1, 0, double.NaN);
        IReadOnlyList<Leg> legs = options.Timesteps is { } custom ? CustomLegs(settings, custom, clean) : Legs(settings, steps, clean);
        VarianceType variance = Variance(settings.Config.Text("variance_type", "fixed_small")!);
        SampleBound? bound = settings.Bound(clipByDefault: true);
        return new SamplingPlan(legs, settings.Prediction,
            (denoiser, x, part, noise) => Samplers.Ddpm.Plain(denoiser.Estimate, x, part, noise, variance, bound), settings.Schedule);
    }

    public static SamplingPlan Ddim(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        SampleBound? bound = settings.Bound(clipByDefault: true);
        return new SamplingPlan(Legs(settings, steps, settings.FinalLevel(alphaOneByDefault: true)), settings.Prediction,
            (denoiser, x, part, noise) => Samplers.Ddim.Plain(denoiser.Estimate, x, part, noise, options.Eta ?? 0, bound),
            settings.Schedule);
    }

    /// <summary>From a picture up to noise: the network is told the timestep that a step ends at.</summary>
    public static SamplingPlan DdimInverse(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        NoiseLevel first = settings.FinalLevel(alphaOneByDefault: true);
        int stride = settings.TrainTimesteps / steps;
        Leg[] legs = [.. Timesteps(settings, steps).Reverse().Select(t =>
            new Leg(settings.AtOr(t - stride, first) with { Timestep = t }, settings.Schedule.At(t)))];
        SampleBound? bound = settings.Bound(clipByDefault: true);
        return new SamplingPlan(legs, settings.Prediction,
            (denoiser, x, part, noise) => Samplers.Ddim.Plain(denoiser.Estimate, x, part, null, 0, bound), settings.Schedule);
    }

    public static SamplingPlan Pndm(SchedulerSettings settings, int steps, SamplerOptions options)
    {
        int half = settings.TrainTimesteps / steps / 2;
        Func<Leg, NoiseLevel>? halfway = settings.Config.Bool("skip_prk_steps", false)
            ? null
            : leg => settings.AtOr((int)leg.From.Timestep - half, leg.To);
        return new SamplingPlan(Legs(settings, steps, settings.FinalLevel(alphaOneByDefault: false)), settings.Prediction,
            (denoiser, x, part, noise) => Samplers.Pndm.Plain(denoiser.Estimate, x, part, halfway), settings.Schedule);
    }

    private static VarianceType Variance(string name) => name switch
    {
        "fixed_small" or "fixed_small_log" => VarianceType.FixedSmall,
        "fixed_large" or "fixed_large_log" => VarianceType.FixedLarge,
        "learned" => VarianceType.Learned,
        "learned_range" => VarianceType.LearnedRange,
        _ => throw new PareidoliaException(
            $"variance_type is \"{name}\"; it should be fixed_small, fixed_large, learned or learned_range."),
    };

    private static int[] Timesteps(SchedulerSettings settings, int steps) =>
        [.. settings.Spacing.Timesteps(settings.TrainTimesteps, steps, settings.StepsOffset, open: false).Select(t => (int)Math.Round(t))];

    // Every step goes down by T / n, whatever the next one's timestep is.
    private static IReadOnlyList<Leg> Legs(SchedulerSettings settings, int steps, NoiseLevel final)
    {
        int stride = settings.TrainTimesteps / steps;
        return [.. Timesteps(settings, steps).Select(t => new Leg(settings.Schedule.At(t), settings.AtOr(t - stride, final)))];
    }

    private static IReadOnlyList<Leg> CustomLegs(SchedulerSettings settings, IReadOnlyList<int> timesteps, NoiseLevel final) =>
        SamplingPlan.Chain([.. timesteps.Select(settings.Schedule.At), final]);
}
