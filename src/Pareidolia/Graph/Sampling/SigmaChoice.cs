using Pareidolia.Diffusion;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Sampling;

/// <summary>Sigmas of runs that paint a picture over in part, as ComfyUI counts them: all steps are taken, the last of a longer schedule.</summary>
internal static class SigmaChoice
{
    /// <summary>Sigmas of a sampler's run; none where nothing is painted.</summary>
    /// <param name="value">The model.</param>
    /// <param name="models">What is loaded.</param>
    /// <param name="sampler">The sampler, some of which leave a step out.</param>
    /// <param name="schedule">The schedule's name.</param>
    /// <param name="steps">Steps that are taken.</param>
    /// <param name="denoise">How much is painted anew, 0 to 1.</param>
    public static IReadOnlyList<double> Of(ModelValue value, LoadedWeights models, NamedSampler sampler, string schedule, int steps, double denoise)
    {
        if (denoise <= 0)
            return [];
        LoadedModel model = models.Model(value.Choice);
        int whole = denoise > 0.9999 ? steps : (int)(steps / denoise);
        double[] sigmas = SamplerCatalog.Sigmas(GraphSampling.ConfigOf(value, model), sampler, schedule, whole, GraphSampling.Options(model));
        return sigmas[Math.Max(0, sigmas.Length - steps - 1)..];
    }

    /// <summary>The noise schedule that a model was trained on, with finite sigmas.</summary>
    public static NoiseSchedule Trained(ModelValue value, LoadedWeights models)
    {
        NoiseSchedule schedule = Scheduler.Load(GraphSampling.ConfigOf(value, models.Model(value.Choice))).TrainingSchedule();
        return double.IsFinite(schedule.Sigmas[^1]) ? schedule : schedule.WithFiniteSigmas();
    }
}
