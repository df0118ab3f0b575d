using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Pipelines;

namespace Pareidolia.Graph.Nodes;

/// <summary>A ControlNet that speaks with a text, and with the negative text too.</summary>
internal sealed record ControlNetApply() : Node("ControlNetApply", "Apply ControlNet (OLD)", "conditioning/controlnet", "Lets a ControlNet look at a picture while a text is followed.")
{
    private static readonly Input<ConditioningValue> s_conditioning = Port.ConditioningIn();
    private static readonly Input<ControlNetValue> s_control = new LinkInput<ControlNetValue>("control_net", Port.ControlNetType);
    private static readonly Input<ImageValue> s_image = Port.ImageIn();
    private static readonly NumberInput s_strength = new("strength", 1, 0, 10);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_conditioning, s_control, s_image, s_strength];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        EntryControl control = new(inputs.Of(s_control).Path, new ControlGuide(inputs.Of(s_image).ToImages()[0], inputs.Of(s_strength))) { AlsoNegative = true };
        return new NodeResult(control.Guide.Weight == 0
            ? inputs.Of(s_conditioning)
            : inputs.Of(s_conditioning).Map(entry => entry with { Controls = [.. entry.Controls, control] }));
    }
}
