using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Guidance away from what the network says of a picture that is blurred where it looks most.</summary>
internal sealed record SelfAttentionGuidance() : Node("SelfAttentionGuidance", "Self-Attention Guidance", "_for_testing", "Steers away from what the model says of a picture that is blurred where its bottom looks most.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly NumberInput s_scale = new("scale", 0.5, -2, 5);
    private static readonly NumberInput s_sigma = new("blur_sigma", 2, 0, 10, 0.1);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_scale, s_sigma];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelValue model = inputs.Of(s_model);
        return new NodeResult(model with { Patches = model.Patches with { Blur = new BlurSteering(inputs.Of(s_scale), inputs.Of(s_sigma)) } });
    }
}
