using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Soft edges.</summary>
internal sealed record FeatherMask() : Node("FeatherMask", "FeatherMask", "mask", "Fades a mask towards its edges.")
{
    private static readonly Input<MaskValue> s_mask = Port.MaskIn();
    private static readonly WholeInput s_left = Port.Side("left", 0, 0), s_top = Port.Side("top", 0, 0), s_right = Port.Side("right", 0, 0), s_bottom = Port.Side("bottom", 0, 0);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_mask, s_left, s_top, s_right, s_bottom];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Mask];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new MaskValue(
        MaskShares.Feathered(inputs.Of(s_mask).Shares, inputs.Of(s_left), inputs.Of(s_top), inputs.Of(s_right), inputs.Of(s_bottom))));
}
