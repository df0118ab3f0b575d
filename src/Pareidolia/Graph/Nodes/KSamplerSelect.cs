using Pareidolia.Diffusion;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A sampler by name.</summary>
internal sealed record KSamplerSelect() : Node("KSamplerSelect", "KSamplerSelect", "sampling/custom_sampling/samplers", "Chooses a sampler.")
{
    private static readonly ChoiceInput s_name = Port.SamplerName();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_name];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.SamplerType)];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new SamplerValue(SamplerCatalog.Find(inputs.Of(s_name))));
}
