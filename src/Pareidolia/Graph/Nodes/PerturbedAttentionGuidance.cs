using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Guidance away from what the network says without attention at its bottom.</summary>
internal sealed record PerturbedAttentionGuidance() : Node("PerturbedAttentionGuidance", "PerturbedAttentionGuidance", "model_patches/unet", "Steers away from what the model says when the pixels of its bottom do not look at each other.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly NumberInput s_scale = new("scale", 3, 0, 100, 0.1);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_scale];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelValue model = inputs.Of(s_model);
        return new NodeResult(model with { Patches = model.Patches with { Perturbed = inputs.Of(s_scale) } });
    }
}
