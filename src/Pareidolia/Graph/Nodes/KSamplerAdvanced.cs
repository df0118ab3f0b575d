using Pareidolia.Diffusion;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A part of the denoising loop.</summary>
internal sealed record KSamplerAdvanced() : Node("KSamplerAdvanced", "KSampler (Advanced)", "sampling", "Draws along a part of the steps, so that several samplers can share a run.")
{
    private const string Yes = "enable", No = "disable";

    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly ChoiceInput s_adds = new("add_noise", Yes, No), s_sampler = Port.SamplerName(), s_schedule = Port.Schedule();
    private static readonly SeedInput s_seed = new("noise_seed");
    private static readonly WholeInput s_steps = Port.Steps(), s_start = new("start_at_step", 0, 0, 10_000), s_end = new("end_at_step", 10_000, 0, 10_000);
    private static readonly NumberInput s_cfg = Port.Cfg();
    private static readonly Input<ConditioningValue> s_positive = Port.ConditioningIn("positive"), s_negative = Port.ConditioningIn("negative");
    private static readonly Input<LatentValue> s_latent = Port.LatentIn("latent_image");
    private static readonly ChoiceInput s_leftover = new("return_with_leftover_noise", No, Yes);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } =
        [s_model, s_adds, s_seed, s_steps, s_cfg, s_sampler, s_schedule, s_positive, s_negative, s_latent, s_start, s_end, s_leftover];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelValue model = inputs.Of(s_model);
        NamedSampler sampler = SamplerCatalog.Find(inputs.Of(s_sampler));
        IReadOnlyList<double> all = SigmaChoice.Of(model, run.Models, sampler, inputs.Of(s_schedule), inputs.Of(s_steps), 1);
        SamplingRequest request = new(
            model, new Guides(inputs.Of(s_positive), inputs.Of(s_negative), inputs.Of(s_cfg)), sampler,
            Part(all, inputs.Of(s_start), inputs.Of(s_end), inputs.Of(s_leftover) == No), inputs.Of(s_latent), inputs.Of(s_seed))
        {
            AddsNoise = inputs.Of(s_adds) == Yes,
        };
        return new NodeResult(new GraphSampling(run).Run(request).Output);
    }

    // From one step to another; to the very end where no noise may be left.
    private static double[] Part(IReadOnlyList<double> sigmas, int start, int end, bool toTheEnd)
    {
        int steps = sigmas.Count - 1, last = Math.Min(end, steps);
        if (start >= steps || start > last)
            return [];
        double[] part = [.. sigmas.Take(last + 1).Skip(start)];
        if (toTheEnd && last < steps)
            part[^1] = 0;
        return part;
    }
}
