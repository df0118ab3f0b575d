using Pareidolia.Diffusion;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>The sigmas of models distilled to a few steps.</summary>
internal sealed record SdTurboScheduler() : Node("SDTurboScheduler", "SDTurboScheduler", "sampling/custom_sampling/schedulers", "Sigmas at every hundredth timestep, for models distilled to a few steps.")
{
    private const int Steps = 10;

    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly WholeInput s_steps = new("steps", 1, 1, Steps);
    private static readonly NumberInput s_denoise = Port.Denoise();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_steps, s_denoise];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Sigmas];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        NoiseSchedule schedule = SigmaChoice.Trained(inputs.Of(s_model), run.Models);
        int start = Steps - (int)(Steps * inputs.Of(s_denoise));
        double[] levels = [.. Enumerable.Range(start, Steps - start).Take(inputs.Of(s_steps)).Select(i => schedule.LogInterpolatedSigmaAt(((Steps - i) * 100) - 1))];
        return new NodeResult(new SigmasValue(levels.Length == 0 ? [] : [.. levels, 0]));
    }
}
