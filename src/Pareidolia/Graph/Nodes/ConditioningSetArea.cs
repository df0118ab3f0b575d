using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Pipelines;

namespace Pareidolia.Graph.Nodes;

/// <summary>A text for a rectangle of the picture.</summary>
internal sealed record ConditioningSetArea() : Node("ConditioningSetArea", "Conditioning (Set Area)", "conditioning", "Lets a text be heard in a rectangle alone, in pixels.")
{
    private static readonly Input<ConditioningValue> s_conditioning = Port.ConditioningIn();
    private static readonly WholeInput s_width = Port.Side("width", 64, 64, 8), s_height = Port.Side("height", 64, 64, 8),
        s_x = Port.Side("x", 0, 0, 8), s_y = Port.Side("y", 0, 0, 8);
    private static readonly NumberInput s_strength = new("strength", 1, 0, 10);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_conditioning, s_width, s_height, s_x, s_y, s_strength];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        RegionArea area = new(inputs.Of(s_x), inputs.Of(s_y), inputs.Of(s_width), inputs.Of(s_height));
        return new NodeResult(inputs.Of(s_conditioning).Map(entry => entry with { Area = area, Strength = inputs.Of(s_strength) }));
    }
}
