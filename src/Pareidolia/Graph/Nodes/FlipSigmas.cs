using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Sigmas the other way round.</summary>
internal sealed record FlipSigmas() : Node("FlipSigmas", "FlipSigmas", "sampling/custom_sampling/sigmas", "Turns sigmas round, from clean to noisy.")
{
    // A run cannot begin without any noise.
    private const double Least = 0.0001;

    private static readonly Input<SigmasValue> s_sigmas = Port.SigmasIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_sigmas];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Sigmas];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        double[] levels = [.. inputs.Of(s_sigmas).Levels.Reverse()];
        if (levels is [0, ..])
            levels[0] = Least;
        return new NodeResult(new SigmasValue(levels));
    }
}
