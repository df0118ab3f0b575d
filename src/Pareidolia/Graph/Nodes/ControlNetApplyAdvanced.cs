using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Pipelines;

namespace Pareidolia.Graph.Nodes;

/// <summary>A ControlNet that speaks with both texts in a part of the run.</summary>
internal sealed record ControlNetApplyAdvanced() : Node("ControlNetApplyAdvanced", "Apply ControlNet", "conditioning/controlnet", "Lets a ControlNet look at a picture in a part of the run.")
{
    private static readonly Input<ConditioningValue> s_positive = Port.ConditioningIn("positive"), s_negative = Port.ConditioningIn("negative");
    private static readonly Input<ControlNetValue> s_control = new LinkInput<ControlNetValue>("control_net", Port.ControlNetType);
    private static readonly Input<ImageValue> s_image = Port.ImageIn();
    private static readonly NumberInput s_strength = new("strength", 1, 0, 10), s_start = new("start_percent", 0, 0, 1, 0.001), s_end = new("end_percent", 1, 0, 1, 0.001);
    private static readonly Input<VaeValue> s_vae = new LinkInput<VaeValue>("vae", Port.VaeType) { Optional = true };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_positive, s_negative, s_control, s_image, s_strength, s_start, s_end, s_vae];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.ConditioningType, "positive"), new Output(Port.ConditioningType, "negative")];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ControlGuide guide = new(inputs.Of(s_image).ToImages()[0], inputs.Of(s_strength), inputs.Of(s_start), inputs.Of(s_end));
        EntryControl control = new(inputs.Of(s_control).Path, guide);
        ConditioningValue With(ConditioningValue texts) => guide.Weight == 0 ? texts : texts.Map(entry => entry with { Controls = [.. entry.Controls, control] });
        return new NodeResult(With(inputs.Of(s_positive)), With(inputs.Of(s_negative)));
    }
}
