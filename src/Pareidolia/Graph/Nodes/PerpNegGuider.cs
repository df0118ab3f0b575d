using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Goes from one text to another, with a negative text that does not contradict it.</summary>
internal sealed record PerpNegGuider() : Node("PerpNegGuider", "PerpNegGuider", "_for_testing", "Goes towards the positive text, and away from that of the negative which does not contradict it.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly Input<ConditioningValue> s_positive = Port.ConditioningIn("positive"), s_negative = Port.ConditioningIn("negative"), s_empty = Port.ConditioningIn("empty_conditioning");
    private static readonly NumberInput s_cfg = Port.Cfg(), s_scale = new("neg_scale", 1, 0, 100);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_positive, s_negative, s_empty, s_cfg, s_scale];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.GuiderType)];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new GuiderValue(
        inputs.Of(s_model), new Guides(inputs.Of(s_positive), inputs.Of(s_negative), inputs.Of(s_cfg))
        {
            Middle = inputs.Of(s_empty), MiddleScale = inputs.Of(s_scale), Perpendicular = true,
        }));
}
