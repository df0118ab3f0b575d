using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>A text between two.</summary>
internal sealed record ConditioningAverage() : Node("ConditioningAverage", "ConditioningAverage", "conditioning", "Mixes what two texts say, word for word in place.")
{
    private static readonly Input<ConditioningValue> s_to = Port.ConditioningIn("conditioning_to"), s_from = Port.ConditioningIn("conditioning_from");
    private static readonly NumberInput s_share = new("conditioning_to_strength", 1, 0, 1) { Tooltip = "The share of conditioning_to." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_to, s_from, s_share];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        EncodedText from = inputs.Of(s_from).Entries[0].Text;
        float share = (float)inputs.Of(s_share);
        return new NodeResult(inputs.Of(s_to).Map(entry => entry with { Text = Mixed(entry.Text, from, share) }));
    }

    private static EncodedText Mixed(EncodedText to, EncodedText from, float share)
    {
        Tensor other = Fitted(from.Context, to.Context.Shape[1]);
        Tensor? pooled = (to.Pooled, from.Pooled) is (Tensor one, Tensor two) ? one.Scale(share) + two.Scale(1 - share) : to.Pooled ?? from.Pooled;
        return new EncodedText(to.Context.Scale(share) + other.Scale(1 - share), pooled);
    }

    // Cut, or filled up with zeros.
    private static Tensor Fitted(Tensor context, int length) =>
        context.Shape[1] >= length ? context.Slice(1, 0, length) : context.Pad(1, 0, length - context.Shape[1]);
}
