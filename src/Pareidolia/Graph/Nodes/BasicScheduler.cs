using Pareidolia.Diffusion;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>The sigmas of a named schedule.</summary>
internal sealed record BasicScheduler() : Node("BasicScheduler", "BasicScheduler", "sampling/custom_sampling/schedulers", "Sigmas of a named schedule for a model.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly ChoiceInput s_schedule = Port.Schedule();
    private static readonly WholeInput s_steps = Port.Steps();
    private static readonly NumberInput s_denoise = Port.Denoise();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_schedule, s_steps, s_denoise];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Sigmas];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(new SigmasValue(SigmaChoice.Of(
        inputs.Of(s_model), run.Models, SamplerCatalog.Find("euler"), inputs.Of(s_schedule), inputs.Of(s_steps), inputs.Of(s_denoise))));
}
