using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>Two batches of pictures as one.</summary>
internal sealed record ImageBatch() : Node("ImageBatch", "Batch Images", "image", "Puts one batch of pictures behind another, brought to its size.")
{
    private static readonly Input<ImageValue> s_first = Port.ImageIn("image1"), s_second = Port.ImageIn("image2");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_first, s_second];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (ImageValue first, ImageValue second) = (inputs.Of(s_first), inputs.Of(s_second));
        run.RequireRoom((long)first.Count + second.Count, first.Width, first.Height);
        Tensor fitted = (first.Width, first.Height) == (second.Width, second.Height)
            ? second.Pixels
            : Sizes.To(second.Pixels, first.Width, first.Height, "bilinear", centred: true);
        return new NodeResult(new ImageValue(Tensor.Concat(0, first.Pixels, fitted)));
    }
}
