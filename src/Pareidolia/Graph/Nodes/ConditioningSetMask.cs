using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A text for the white part of a mask.</summary>
internal sealed record ConditioningSetMask() : Node("ConditioningSetMask", "Conditioning (Set Mask)", "conditioning", "Lets a text be heard where a mask is white.")
{
    private const string Bounds = "mask bounds";

    private static readonly Input<ConditioningValue> s_conditioning = Port.ConditioningIn();
    private static readonly Input<MaskValue> s_mask = Port.MaskIn();
    private static readonly NumberInput s_strength = new("strength", 1, 0, 10);
    private static readonly ChoiceInput s_area = new("set_cond_area", "default", Bounds) { Tooltip = "Whether the model sees all of the picture for this text, or the rectangle around the mask." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_conditioning, s_mask, s_strength, s_area];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        Imaging.Image mask = inputs.Of(s_mask).ToImage();
        return new NodeResult(inputs.Of(s_conditioning).Map(entry => entry with
        {
            Mask = mask,
            MaskStrength = inputs.Of(s_strength),
            BoundedByMask = inputs.Of(s_area) == Bounds,
        }));
    }
}
