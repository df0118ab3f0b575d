using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A text that says nothing.</summary>
internal sealed record ConditioningZeroOut() : Node("ConditioningZeroOut", "ConditioningZeroOut", "advanced/conditioning", "Puts zeros in the place of what a text says.")
{
    private static readonly Input<ConditioningValue> s_conditioning = Port.ConditioningIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_conditioning];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(inputs.Of(s_conditioning).Map(entry => entry with { Text = entry.Text.Silenced() }));
}
