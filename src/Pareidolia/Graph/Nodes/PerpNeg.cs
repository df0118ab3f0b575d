using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A negative text that does not contradict the positive one, for samplers without guiders.</summary>
internal sealed record PerpNeg() : Node("PerpNeg", "Perp-Neg (DEPRECATED by PerpNegGuider)", "_for_testing", "Lets of the negative text only that act which does not contradict the positive one.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly Input<ConditioningValue> s_empty = Port.ConditioningIn("empty_conditioning");
    private static readonly NumberInput s_scale = new("neg_scale", 1, 0, 100);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_empty, s_scale];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelValue model = inputs.Of(s_model);
        return new NodeResult(model with { Patches = model.Patches with { Empty = inputs.Of(s_empty), NegativeScale = inputs.Of(s_scale) } });
    }
}
