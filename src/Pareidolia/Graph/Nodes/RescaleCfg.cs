using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Guidance that keeps the prediction's own deviation.</summary>
internal sealed record RescaleCfg() : Node("RescaleCFG", "RescaleCFG", "advanced/model", "Keeps strong guidance from glaring colours.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly NumberInput s_share = new("multiplier", 0.7, 0, 1);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_share];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelValue model = inputs.Of(s_model);
        return new NodeResult(model with { Patches = model.Patches with { Rescale = inputs.Of(s_share) } });
    }
}
