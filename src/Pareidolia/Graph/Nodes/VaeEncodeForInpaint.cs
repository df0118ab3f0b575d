using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>A picture to latents, grey where it is to be painted anew.</summary>
internal sealed record VaeEncodeForInpaint() : Node("VAEEncodeForInpaint", "VAE Encode (for Inpainting)", "latent/inpaint", "Encodes a picture that is grey where its mask is white, for painting that part anew.")
{
    private static readonly Input<ImageValue> s_pixels = Port.ImageIn("pixels");
    private static readonly Input<VaeValue> s_vae = Port.VaeIn();
    private static readonly Input<MaskValue> s_mask = Port.MaskIn();
    private static readonly WholeInput s_grow = new("grow_mask_by", 6, 0, 64) { Tooltip = "Pixels by which more is painted than the mask says." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_pixels, s_vae, s_mask, s_grow];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        PictureDecoder vae = run.Models.Vae(inputs.Of(s_vae));
        Tensor whole = inputs.Of(s_pixels).Pixels;
        Tensor mask = LatentCoding.Cropped(inputs.Of(s_mask).Shares.Slice(0, 0, 1).Interpolate(whole.Shape[1], whole.Shape[2], Interpolation.Bilinear), vae.Factor);
        Image white = MaskPicture.Grown(new MaskValue(mask).ToImage(), 0);
        Tensor kept = LatentCoding.Cropped(whole, vae.Factor) * MaskValue.Of(white, whole.Device).Shares.Affine(-1, 1);
        MaskValue grown = MaskValue.Of(MaskPicture.Grown(white, inputs.Of(s_grow)), whole.Device);
        return new NodeResult(new LatentValue(LatentCoding.Encoded(kept, vae)) { Mask = grown.Shares, Factor = vae.Factor });
    }
}
