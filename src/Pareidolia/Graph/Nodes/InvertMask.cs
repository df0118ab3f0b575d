using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>The other part.</summary>
internal sealed record InvertMask() : Node("InvertMask", "InvertMask", "mask", "Turns white into black.")
{
    private static readonly Input<MaskValue> s_mask = Port.MaskIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_mask];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Mask];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new MaskValue(inputs.Of(s_mask).Shares.Affine(-1, 1)));
}
