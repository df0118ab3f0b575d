using Pareidolia.Diffusion;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Sigmas at quantiles of a beta distribution.</summary>
internal sealed record BetaSamplingScheduler() : Node("BetaSamplingScheduler", "BetaSamplingScheduler", "sampling/custom_sampling/schedulers", "Sigmas at quantiles of a beta distribution over a model's timesteps.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly WholeInput s_steps = Port.Steps();
    private static readonly NumberInput s_alpha = new("alpha", 0.6, 0.01, 50), s_beta = new("beta", 0.6, 0.01, 50);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_steps, s_alpha, s_beta];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Sigmas];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new SigmasValue(TrainedSigmas.Beta(
        SigmaChoice.Trained(inputs.Of(s_model), run.Models), inputs.Of(s_steps), inputs.Of(s_alpha), inputs.Of(s_beta))));
}
