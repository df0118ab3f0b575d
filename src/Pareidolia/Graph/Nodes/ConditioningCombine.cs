using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Two texts heard together.</summary>
internal sealed record ConditioningCombine() : Node("ConditioningCombine", "Conditioning (Combine)", "conditioning", "Asks the model about both texts and averages its answers.")
{
    private static readonly Input<ConditioningValue> s_first = Port.ConditioningIn("conditioning_1"), s_second = Port.ConditioningIn("conditioning_2");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_first, s_second];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(new ConditioningValue([.. inputs.Of(s_first).Entries, .. inputs.Of(s_second).Entries]));
}
