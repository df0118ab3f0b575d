using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>No noise.</summary>
internal sealed record DisableNoise() : Node("DisableNoise", "DisableNoise", "sampling/custom_sampling/noise", "No noise at the start of a run.")
{
    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.NoiseType)];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new NoiseValue(null));
}
