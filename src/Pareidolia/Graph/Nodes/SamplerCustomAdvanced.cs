using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>The denoising loop, of parts.</summary>
internal sealed record SamplerCustomAdvanced() : Node("SamplerCustomAdvanced", "SamplerCustomAdvanced", "sampling/custom_sampling", "Draws with noise, a guider, a sampler and sigmas of other nodes.")
{
    private static readonly Input<NoiseValue> s_noise = new LinkInput<NoiseValue>("noise", Port.NoiseType);
    private static readonly Input<GuiderValue> s_guider = new LinkInput<GuiderValue>("guider", Port.GuiderType);
    private static readonly Input<SamplerValue> s_sampler = Port.SamplerIn();
    private static readonly Input<SigmasValue> s_sigmas = Port.SigmasIn();
    private static readonly Input<LatentValue> s_latent = Port.LatentIn("latent_image");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_noise, s_guider, s_sampler, s_sigmas, s_latent];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.LatentType, "output"), new Output(Port.LatentType, "denoised_output")];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (GuiderValue guider, ulong? seed) = (inputs.Of(s_guider), inputs.Of(s_noise).Seed);
        (LatentValue output, LatentValue denoised) = new GraphSampling(run).Run(new SamplingRequest(
            guider.Model, guider.Guides, inputs.Of(s_sampler).Sampler, inputs.Of(s_sigmas).Levels, inputs.Of(s_latent), seed ?? 0)
        {
            AddsNoise = seed is not null,
        });
        return new NodeResult(output, denoised);
    }
}
