using Pareidolia.Diffusion;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>The denoising loop.</summary>
internal sealed record KSampler() : Node("KSampler", "KSampler", "sampling", "Draws: takes the noise out of latents step by step, towards the positive prompt and away from the negative.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly SeedInput s_seed = new("seed") { Tooltip = "Where the noise comes from." };
    private static readonly WholeInput s_steps = Port.Steps();
    private static readonly NumberInput s_cfg = Port.Cfg(), s_denoise = Port.Denoise();
    private static readonly ChoiceInput s_sampler = Port.SamplerName(), s_schedule = Port.Schedule();
    private static readonly Input<ConditioningValue> s_positive = Port.ConditioningIn("positive"), s_negative = Port.ConditioningIn("negative");
    private static readonly Input<LatentValue> s_latent = Port.LatentIn("latent_image");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } =
        [s_model, s_seed, s_steps, s_cfg, s_sampler, s_schedule, s_positive, s_negative, s_latent, s_denoise];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelValue model = inputs.Of(s_model);
        NamedSampler sampler = SamplerCatalog.Find(inputs.Of(s_sampler));
        Guides guides = new(inputs.Of(s_positive), inputs.Of(s_negative), inputs.Of(s_cfg));
        IReadOnlyList<double> sigmas = SigmaChoice.Of(model, run.Models, sampler, inputs.Of(s_schedule), inputs.Of(s_steps), inputs.Of(s_denoise));
        return new NodeResult(new GraphSampling(run).Run(new SamplingRequest(model, guides, sampler, sigmas, inputs.Of(s_latent), inputs.Of(s_seed))).Output);
    }
}
