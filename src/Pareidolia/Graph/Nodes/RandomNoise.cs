using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>The noise of a seed.</summary>
internal sealed record RandomNoise() : Node("RandomNoise", "RandomNoise", "sampling/custom_sampling/noise", "Noise of a seed.")
{
    private static readonly SeedInput s_seed = new("noise_seed");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_seed];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.NoiseType)];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new NoiseValue(inputs.Of(s_seed)));
}
