using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Latents to pictures.</summary>
internal sealed record VaeDecode() : Node("VAEDecode", "VAE Decode", "latent", "Decodes latents into pictures.")
{
    private static readonly Input<LatentValue> s_samples = Port.LatentIn();
    private static readonly Input<VaeValue> s_vae = Port.VaeIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_samples, s_vae];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(LatentCoding.Decoded(inputs.Of(s_samples), run.Models.Vae(inputs.Of(s_vae))));
}
