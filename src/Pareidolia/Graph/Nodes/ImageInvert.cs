using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Light for dark.</summary>
internal sealed record ImageInvert() : Node("ImageInvert", "Invert Image", "image", "Turns light into dark.")
{
    private static readonly Input<ImageValue> s_image = Port.ImageIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_image];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new ImageValue(inputs.Of(s_image).Pixels.Negate()));
}
