using Pareidolia.Diffusion;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Sigmas whose logarithm falls as a power.</summary>
internal sealed record PolyexponentialScheduler() : Node("PolyexponentialScheduler", "PolyexponentialScheduler", "sampling/custom_sampling/schedulers", "Sigmas whose logarithm falls as a power.")
{
    private static readonly WholeInput s_steps = Port.Steps();
    private static readonly NumberInput s_most = SigmaEnds.Most(), s_least = SigmaEnds.Least(), s_rho = new("rho", 1, 0.01, 100);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_steps, s_most, s_least, s_rho];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Sigmas];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(new SigmasValue(SigmaSchedules.PolyExponential(inputs.Of(s_steps), inputs.Of(s_least), inputs.Of(s_most), inputs.Of(s_rho))));
}
