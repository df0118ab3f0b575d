using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Goes from one text to another and beyond.</summary>
internal sealed record CfgGuider() : Node("CFGGuider", "CFGGuider", "sampling/custom_sampling/guiders", "Goes towards the positive text, away from the negative.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly Input<ConditioningValue> s_positive = Port.ConditioningIn("positive"), s_negative = Port.ConditioningIn("negative");
    private static readonly NumberInput s_cfg = Port.Cfg();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_positive, s_negative, s_cfg];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.GuiderType)];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(new GuiderValue(inputs.Of(s_model), new Guides(inputs.Of(s_positive), inputs.Of(s_negative), inputs.Of(s_cfg))));
}
