using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>One text behind another.</summary>
internal sealed record ConditioningConcat() : Node("ConditioningConcat", "Conditioning (Concat)", "conditioning", "Lets the model read one text behind another, each read for itself.")
{
    private static readonly Input<ConditioningValue> s_to = Port.ConditioningIn("conditioning_to"), s_from = Port.ConditioningIn("conditioning_from");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_to, s_from];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        // As in ComfyUI, only the first of several texts is put behind.
        Tensor behind = inputs.Of(s_from).Entries[0].Text.Context;
        return new NodeResult(inputs.Of(s_to).Map(entry => entry with { Text = entry.Text with { Context = Tensor.Concat(1, entry.Text.Context, behind) } }));
    }
}
