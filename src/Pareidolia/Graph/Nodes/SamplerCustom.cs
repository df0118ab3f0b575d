using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>The denoising loop along given sigmas.</summary>
internal sealed record SamplerCustom() : Node("SamplerCustom", "SamplerCustom", "sampling/custom_sampling", "Draws with a sampler and sigmas of other nodes.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly FlagInput s_adds = new("add_noise", true);
    private static readonly SeedInput s_seed = new("noise_seed");
    private static readonly NumberInput s_cfg = Port.Cfg();
    private static readonly Input<ConditioningValue> s_positive = Port.ConditioningIn("positive"), s_negative = Port.ConditioningIn("negative");
    private static readonly Input<SamplerValue> s_sampler = Port.SamplerIn();
    private static readonly Input<SigmasValue> s_sigmas = Port.SigmasIn();
    private static readonly Input<LatentValue> s_latent = Port.LatentIn("latent_image");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_adds, s_seed, s_cfg, s_positive, s_negative, s_sampler, s_sigmas, s_latent];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.LatentType, "output"), new Output(Port.LatentType, "denoised_output")];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (LatentValue output, LatentValue denoised) = new GraphSampling(run).Run(new SamplingRequest(
            inputs.Of(s_model), new Guides(inputs.Of(s_positive), inputs.Of(s_negative), inputs.Of(s_cfg)), inputs.Of(s_sampler).Sampler,
            inputs.Of(s_sigmas).Levels, inputs.Of(s_latent), inputs.Of(s_seed))
        {
            AddsNoise = inputs.Of(s_adds),
        });
        return new NodeResult(output, denoised);
    }
}
