using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Follows one text.</summary>
internal sealed record BasicGuider() : Node("BasicGuider", "BasicGuider", "sampling/custom_sampling/guiders", "Follows one text, not beyond what the model says.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly Input<ConditioningValue> s_text = Port.ConditioningIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_text];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.GuiderType)];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new GuiderValue(inputs.Of(s_model), new Guides(inputs.Of(s_text), null, 1)));
}
