using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Models;

namespace Pareidolia.Graph.Nodes;

/// <summary>Latents to pictures with less memory.</summary>
internal sealed record VaeDecodeTiled() : Node("VAEDecodeTiled", "VAE Decode (Tiled)", "_for_testing", "Decodes latents in bands, which gives the same picture with less memory; sizes of tiles make no difference.")
{
    private static readonly Input<LatentValue> s_samples = Port.LatentIn();
    private static readonly Input<VaeValue> s_vae = Port.VaeIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_samples, s_vae, .. TileSizes.Inputs];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(LatentCoding.Decoded(inputs.Of(s_samples), run.Models.Vae(inputs.Of(s_vae)), VaeTiling.On));
}
