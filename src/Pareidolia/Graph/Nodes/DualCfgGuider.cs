using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Goes from one text over a second to a third.</summary>
internal sealed record DualCfgGuider() : Node("DualCFGGuider", "DualCFGGuider", "sampling/custom_sampling/guiders", "Goes from the negative text towards the second, and from that towards the first, each with a scale of its own.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly Input<ConditioningValue> s_first = Port.ConditioningIn("cond1"), s_second = Port.ConditioningIn("cond2"), s_negative = Port.ConditioningIn("negative");
    private static readonly NumberInput s_scale = Port.Cfg("cfg_conds"), s_middleScale = Port.Cfg("cfg_cond2_negative");
    private static readonly ChoiceInput s_style = new("style", "regular", "nested");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_first, s_second, s_negative, s_scale, s_middleScale, s_style];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.GuiderType)];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new GuiderValue(
        inputs.Of(s_model), new Guides(inputs.Of(s_first), inputs.Of(s_negative), inputs.Of(s_scale))
        {
            Middle = inputs.Of(s_second), MiddleScale = inputs.Of(s_middleScale), Nested = inputs.Of(s_style) == "nested",
        }));
}
