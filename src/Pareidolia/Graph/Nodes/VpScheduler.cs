using Pareidolia.Diffusion;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>The sigmas of the continuous variance-preserving process.</summary>
internal sealed record VpScheduler() : Node("VPScheduler", "VPScheduler", "sampling/custom_sampling/schedulers", "Sigmas of the continuous variance-preserving process.")
{
    private static readonly WholeInput s_steps = Port.Steps();
    private static readonly NumberInput s_range = new("beta_d", 19.9, 0, 5000), s_least = new("beta_min", 0.1, 0, 5000), s_epsilon = new("eps_s", 0.001, 0, 1, 0.0001);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_steps, s_range, s_least, s_epsilon];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Sigmas];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new SigmasValue(SigmaSchedules.VariancePreserving(
        inputs.Of(s_steps), inputs.Of(s_range), inputs.Of(s_least), inputs.Of(s_epsilon))));
}
