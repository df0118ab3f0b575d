using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A text for a part of the run.</summary>
internal sealed record ConditioningSetTimestepRange() : Node("ConditioningSetTimestepRange", "ConditioningSetTimestepRange", "advanced/conditioning", "Lets a text be heard in a part of the run, in shares of the network's timesteps.")
{
    private static readonly Input<ConditioningValue> s_conditioning = Port.ConditioningIn();
    private static readonly NumberInput s_start = new("start", 0, 0, 1, 0.001), s_end = new("end", 1, 0, 1, 0.001);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_conditioning, s_start, s_end];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(inputs.Of(s_conditioning).Map(entry => entry with { Start = inputs.Of(s_start), End = inputs.Of(s_end) }));
}
