using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A mask as a grey picture.</summary>
internal sealed record MaskToImage() : Node("MaskToImage", "Convert Mask to Image", "mask", "Shows a mask as a grey picture.")
{
    private static readonly Input<MaskValue> s_mask = Port.MaskIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_mask];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        MaskValue mask = inputs.Of(s_mask);
        return new NodeResult(new ImageValue(mask.Shares.Affine(2, -1).BroadcastTo(mask.Shares.Shape.With(3, 3))));
    }
}
