using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>A channel of pictures as masks.</summary>
internal sealed record ImageToMask() : Node("ImageToMask", "Convert Image to Mask", "mask", "Takes a channel of pictures as a mask.")
{
    private static readonly Input<ImageValue> s_image = Port.ImageIn();
    private static readonly ChoiceInput s_channel = new("channel", "red", "green", "blue", "alpha");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_image, s_channel];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Mask];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (Tensor pixels, string channel) = (inputs.Of(s_image).Pixels, inputs.Of(s_channel));
        // Pictures have no alpha here: they are opaque everywhere.
        return new NodeResult(new MaskValue(channel == "alpha" ? Tensor.Full(pixels.Shape.With(3, 1), 1, run.Device) : MaskShares.Channel(pixels, channel)));
    }
}
