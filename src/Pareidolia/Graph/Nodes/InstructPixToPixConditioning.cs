using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>What an editing model is told of the picture.</summary>
internal sealed record InstructPixToPixConditioning() : Node("InstructPixToPixConditioning", "InstructPixToPixConditioning", "conditioning/instructpix2pix", "Shows an editing model (instruct-pix2pix) the picture that it is to change.")
{
    private static readonly Input<ConditioningValue> s_positive = Port.ConditioningIn("positive"), s_negative = Port.ConditioningIn("negative");
    private static readonly Input<VaeValue> s_vae = Port.VaeIn();
    private static readonly Input<ImageValue> s_pixels = Port.ImageIn("pixels");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_positive, s_negative, s_vae, s_pixels];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } =
        [new Output(Port.ConditioningType, "positive"), new Output(Port.ConditioningType, "negative"), new Output(Port.LatentType, "latent")];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        PictureDecoder vae = run.Models.Vae(inputs.Of(s_vae));
        Tensor picture = LatentCoding.Middle(LatentCoding.Cropped(inputs.Of(s_pixels).Pixels, vae.Factor), vae);
        ConditioningValue Told(ConditioningValue texts) => texts.Map(entry => entry with { Beside = picture });
        return new NodeResult(Told(inputs.Of(s_positive)), Told(inputs.Of(s_negative)), new LatentValue(picture.Scale(0)) { Factor = vae.Factor });
    }
}
