using Pareidolia.Diffusion;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Sigmas whose logarithm falls evenly.</summary>
internal sealed record ExponentialScheduler() : Node("ExponentialScheduler", "ExponentialScheduler", "sampling/custom_sampling/schedulers", "Sigmas evenly spaced in their logarithm.")
{
    private static readonly WholeInput s_steps = Port.Steps();
    private static readonly NumberInput s_most = SigmaEnds.Most(), s_least = SigmaEnds.Least();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_steps, s_most, s_least];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Sigmas];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(new SigmasValue(SigmaSchedules.Exponential(inputs.Of(s_steps), inputs.Of(s_least), inputs.Of(s_most))));
}
