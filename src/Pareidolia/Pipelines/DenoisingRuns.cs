using Pareidolia.Diffusion;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>The denoising loops of a model's own network, with all that joins it.</summary>
/// <param name="parts">The networks.</param>
/// <param name="arithmetic">How they compute.</param>
internal sealed class DenoisingRuns(ModelParts parts, RunArithmetic arithmetic)
{
    /// <summary>The loop along a plan.</summary>
    public IEnumerable<DenoiseStep> Along(
        SamplingPlan plan, Conditioning conditioning, RunStart start, GenerateSettings settings, Func<SamplingPlan, StepNoise> stepNoise, StepJournal? journal)
    {
        parts.Enter(Stage.Denoising);
        using Tensor x = Scope.Detach(start.Sample(plan, settings));
        using ControlStage controls = new(parts.Controls, settings, plan.Steps, x);
        Guidance own = Guided(conditioning, settings, plan, x, controls, start.Beside);
        using DenoisePass pass = new(own, Refining(conditioning, settings, plan, x), settings, plan, arithmetic) { Journal = journal };
        foreach (DenoiseStep step in plan.Run(pass.Predict, x, stepNoise(plan), start.Repaint(settings)))
        {
            RunCheck.Sample(step, parts.Name, settings.Guidance);
            yield return step;
        }
    }

    /// <summary>The loops of a cascade's later stages.</summary>
    public CascadePasses Cascade(GenerateSettings settings) => new(parts.Cascade, settings, Enter, arithmetic);

    private static Guidance? Refining(Conditioning conditioning, GenerateSettings settings, SamplingPlan plan, Tensor x) =>
        settings.Refiner is RefinerHandOver refiner && conditioning.Refining is Conditioning text
            ? refiner.Model.Runs.Guided(text, settings, plan, x, new ControlStage([], settings, plan.Steps, x), null)
            : null;

    private Guidance Guided(
        Conditioning conditioning, GenerateSettings settings, SamplingPlan plan, Tensor x, ControlStage controls, Tensor? beside)
    {
        DenoisingNetwork network = new(parts.UNet.Model, controls, settings.AsksPerStep);
        return new Guidance(new RegionalNetwork(network, conditioning, settings, x, parts.Factor), conditioning.IsGuided, settings, plan, beside)
        {
            Picture = parts.ImageGuidanceOf(settings) ?? 1,
            Begins = Enter,
            Ends = parts.Leave,
        };
    }

    private void Enter() => parts.Enter(Stage.Denoising);
}
