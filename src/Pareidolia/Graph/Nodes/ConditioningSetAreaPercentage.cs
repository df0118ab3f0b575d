using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Pipelines;

namespace Pareidolia.Graph.Nodes;

/// <summary>A text for a rectangle of the picture, in shares of its sides.</summary>
internal sealed record ConditioningSetAreaPercentage() : Node("ConditioningSetAreaPercentage", "Conditioning (Set Area with Percentage)", "conditioning", "Lets a text be heard in a rectangle alone, in shares of the picture's sides.")
{
    private static readonly Input<ConditioningValue> s_conditioning = Port.ConditioningIn();
    private static readonly NumberInput s_width = new("width", 1, 0.01, 1), s_height = new("height", 1, 0.01, 1), s_x = new("x", 0, 0, 1), s_y = new("y", 0, 0, 1);
    private static readonly NumberInput s_strength = new("strength", 1, 0, 10);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_conditioning, s_width, s_height, s_x, s_y, s_strength];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        RegionArea area = new(inputs.Of(s_x), inputs.Of(s_y), inputs.Of(s_width), inputs.Of(s_height), InShares: true);
        return new NodeResult(inputs.Of(s_conditioning).Map(entry => entry with { Area = area, Strength = inputs.Of(s_strength) }));
    }
}
