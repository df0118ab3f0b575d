using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A larger or smaller part.</summary>
internal sealed record GrowMask() : Node("GrowMask", "GrowMask", "mask", "Grows what is white by some pixels; below 0 it shrinks.")
{
    private static readonly Input<MaskValue> s_mask = Port.MaskIn();
    private static readonly WholeInput s_expand = new("expand", 0, -Port.LongestSide, Port.LongestSide);
    private static readonly FlagInput s_tapered = new("tapered_corners", true);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_mask, s_expand, s_tapered];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Mask];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(new MaskValue(MaskShares.Grown(inputs.Of(s_mask).Shares, inputs.Of(s_expand), inputs.Of(s_tapered))));
}
