using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Pipelines;

namespace Pareidolia.Graph.Nodes;

/// <summary>Pictures to latents; large ones are always encoded in bands here.</summary>
internal sealed record VaeEncodeTiled() : Node("VAEEncodeTiled", "VAE Encode (Tiled)", "_for_testing", "Encodes pictures into latents, large ones in bands; sizes of tiles make no difference.")
{
    private static readonly Input<ImageValue> s_pixels = Port.ImageIn("pixels");
    private static readonly Input<VaeValue> s_vae = Port.VaeIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_pixels, s_vae, .. TileSizes.Inputs];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        PictureDecoder vae = run.Models.Vae(inputs.Of(s_vae));
        return new NodeResult(new LatentValue(LatentCoding.Encoded(LatentCoding.Cropped(inputs.Of(s_pixels).Pixels, vae.Factor), vae)) { Factor = vae.Factor });
    }
}
