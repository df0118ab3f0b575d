using Pareidolia.Diffusion;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Sigmas that were optimised for a family.</summary>
internal sealed record AlignYourStepsScheduler() : Node("AlignYourStepsScheduler", "AlignYourStepsScheduler", "sampling/custom_sampling/schedulers", "Sigmas that were optimised for Stable Diffusion 1.5 or SDXL.")
{
    private static readonly ChoiceInput s_type = new("model_type", "SD1", "SDXL");
    private static readonly WholeInput s_steps = Port.Steps(10);
    private static readonly NumberInput s_denoise = Port.Denoise();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_type, s_steps, s_denoise];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Sigmas];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (int steps, double denoise) = (inputs.Of(s_steps), inputs.Of(s_denoise));
        double[] sigmas = SigmaSchedules.AlignYourSteps(steps, inputs.Of(s_type) == "SDXL");
        int taken = denoise < 1 ? (int)Math.Round(steps * denoise) : steps;
        return new NodeResult(new SigmasValue(denoise <= 0 ? [] : sigmas[^(taken + 1)..]));
    }
}
