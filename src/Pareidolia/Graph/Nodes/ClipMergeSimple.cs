using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Two text encoders, mixed.</summary>
internal sealed record ClipMergeSimple() : Node("CLIPMergeSimple", "CLIPMergeSimple", "advanced/model_merging", "Mixes the weights of two text encoders of the same make.")
{
    private static readonly Input<ClipValue> s_first = Port.ClipIn("clip1"), s_second = Port.ClipIn("clip2");
    private static readonly NumberInput s_ratio = new("ratio", 1, 0, 1) { Tooltip = "The share of the first one." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_first, s_second, s_ratio];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Clip];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (ClipValue first, double share) = (inputs.Of(s_first), inputs.Of(s_ratio));
        if (share == 1)
            return new NodeResult(first);
        ClipValue mixed = first with { Choice = first.Choice.With(inputs.Of(s_second).Choice, 1, share) };
        // Two of different makes fail here, not at the sampler.
        _ = run.Models.Text(mixed.Choice);
        return new NodeResult(mixed);
    }
}
