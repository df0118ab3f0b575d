using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>What an inpainting model is told of the picture.</summary>
internal sealed record InpaintModelConditioning() : Node("InpaintModelConditioning", "InpaintModelConditioning", "conditioning/inpaint", "Tells an inpainting model what of a picture stays, and where it is to paint.")
{
    private static readonly Input<ConditioningValue> s_positive = Port.ConditioningIn("positive"), s_negative = Port.ConditioningIn("negative");
    private static readonly Input<VaeValue> s_vae = Port.VaeIn();
    private static readonly Input<ImageValue> s_pixels = Port.ImageIn("pixels");
    private static readonly Input<MaskValue> s_mask = Port.MaskIn();
    private static readonly FlagInput s_keeps = new("noise_mask", true) { Tooltip = "Keeps what is not masked as it is, also where the model would not." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_positive, s_negative, s_vae, s_pixels, s_mask, s_keeps];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } =
        [new Output(Port.ConditioningType, "positive"), new Output(Port.ConditioningType, "negative"), new Output(Port.LatentType, "latent")];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        PictureDecoder vae = run.Models.Vae(inputs.Of(s_vae));
        Tensor pixels = LatentCoding.Cropped(inputs.Of(s_pixels).Pixels, vae.Factor);
        Tensor mask = inputs.Of(s_mask).Shares.Slice(0, 0, 1).Interpolate(pixels.Shape[1], pixels.Shape[2], Interpolation.Bilinear);
        Tensor kept = LatentCoding.Encoded(pixels * mask.Round().Affine(-1, 1), vae);
        LatentValue latent = new(LatentCoding.Encoded(pixels, vae)) { Mask = inputs.Of(s_keeps) ? mask : null, Factor = vae.Factor };
        ConditioningValue Told(ConditioningValue texts) => texts.Map(entry => entry with { Beside = kept, BesideMask = mask });
        return new NodeResult(Told(inputs.Of(s_positive)), Told(inputs.Of(s_negative)), latent);
    }
}
