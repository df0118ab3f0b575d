using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Masks whose shades say when a pixel begins to change.</summary>
internal sealed record DifferentialDiffusion() : Node("DifferentialDiffusion", "Differential Diffusion", "_for_testing", "Reads the shades of a mask as the step in which a pixel begins to change: the darker, the later.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly NumberInput s_strength = new("strength", 1, 0, 1) { Optional = true, Tooltip = "How much of that acts; the rest is the mask as it is." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_strength];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelValue model = inputs.Of(s_model);
        double strength = inputs.Has(s_strength) ? inputs.Of(s_strength) : 1;
        return new NodeResult(model with { Patches = model.Patches with { Differential = strength } });
    }
}
