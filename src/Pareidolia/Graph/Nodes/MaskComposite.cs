using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>One mask on another.</summary>
internal sealed record MaskComposite() : Node("MaskComposite", "MaskComposite", "mask", "Combines a mask with another from a place in pixels on.")
{
    private static readonly Input<MaskValue> s_destination = Port.MaskIn("destination"), s_source = Port.MaskIn("source");
    private static readonly WholeInput s_x = Port.Side("x", 0, 0), s_y = Port.Side("y", 0, 0);
    private static readonly ChoiceInput s_operation = new("operation", "multiply", "add", "subtract", "and", "or", "xor");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_destination, s_source, s_x, s_y, s_operation];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Mask];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new MaskValue(MaskShares.Combined(
        inputs.Of(s_destination).Shares, inputs.Of(s_source).Shares, inputs.Of(s_x), inputs.Of(s_y), inputs.Of(s_operation))));
}
