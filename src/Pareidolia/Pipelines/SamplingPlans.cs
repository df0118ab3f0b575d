using Pareidolia.Diffusion;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>Which levels of noise the runs of a model go through.</summary>
/// <param name="scheduler">The model's scheduler.</param>
/// <param name="isSdxl">Whether it is of SDXL's family.</param>
/// <param name="factor">Pixels of a cell.</param>
internal sealed class SamplingPlans(JsonConfig scheduler, bool isSdxl, int factor)
{
    /// <summary>The plan of a run, or of its first pass: a part of the steps where it starts from a picture.</summary>
    /// <exception cref="PareidoliaException">The steps do not fit the scheduler.</exception>
    public SamplingPlan Of(GenerateSettings settings) => settings.Source is SourcePicture source
        ? source.Plan(Whole(settings), settings)
        : Of(settings, settings.Steps);

    /// <summary>The plan of the pass at a larger size.</summary>
    public SamplingPlan OfSecond(GenerateSettings settings, HiresFix hires)
    {
        GenerateSettings second = hires.Second(settings, factor);
        return hires.Plan(Whole(second), second.Steps);
    }

    /// <summary>Steps of a run, those of a pass at a larger size among them.</summary>
    public int StepsOf(GenerateSettings settings) =>
        Of(settings).Steps + (settings.Hires is HiresFix hires ? OfSecond(settings, hires).Steps : 0);

    /// <summary>What people call the sampler of these settings.</summary>
    public string LabelOf(GenerateSettings settings) => settings.Sampler?.Sampler.Label ?? SamplerChoice.LabelOf(scheduler);

    private Func<int, SamplingPlan> Whole(GenerateSettings settings) => steps => Of(settings, steps);

    private SamplingPlan Of(GenerateSettings settings, int steps)
    {
        SamplerOptions options = settings.SamplerOptions with { AnchorsOfSdxl = isSdxl };
        return settings.Sampler is SamplerChoice choice
            ? SamplerCatalog.Plan(scheduler, choice.Sampler.Name, choice.Schedule, steps, options)
            : Scheduler.Load(scheduler).Plan(steps, options);
    }
}
