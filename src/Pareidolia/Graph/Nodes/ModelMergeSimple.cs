using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Two diffusion models, mixed.</summary>
internal sealed record ModelMergeSimple() : Node("ModelMergeSimple", "ModelMergeSimple", "advanced/model_merging", "Mixes the weights of two diffusion models of the same make.")
{
    private static readonly Input<ModelValue> s_first = Port.ModelIn("model1"), s_second = Port.ModelIn("model2");
    private static readonly NumberInput s_ratio = new("ratio", 1, 0, 1) { Tooltip = "The share of the first one." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_first, s_second, s_ratio];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (ModelValue first, double share) = (inputs.Of(s_first), inputs.Of(s_ratio));
        if (share == 1)
            return new NodeResult(first);
        ModelValue mixed = first with { Choice = first.Choice.With(inputs.Of(s_second).Choice, share, 1) };
        // Two of different makes fail here, not at the sampler.
        _ = run.Models.Model(mixed.Choice);
        return new NodeResult(mixed);
    }
}
