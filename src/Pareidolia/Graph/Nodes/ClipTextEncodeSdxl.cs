using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Pipelines;

namespace Pareidolia.Graph.Nodes;

/// <summary>A prompt for SDXL, with what it is told of the picture's size.</summary>
internal sealed record ClipTextEncodeSdxl() : Node("CLIPTextEncodeSDXL", "CLIPTextEncodeSDXL", "advanced/conditioning", "Reads a prompt for each of SDXL's text encoders, and says what size the picture has.")
{
    private static readonly Input<ClipValue> s_clip = Port.ClipIn();
    private static readonly WholeInput s_width = Port.Side("width", 1024, 0), s_height = Port.Side("height", 1024, 0),
        s_left = Port.Side("crop_w", 0, 0), s_top = Port.Side("crop_h", 0, 0), s_toWidth = Port.Side("target_width", 1024, 0), s_toHeight = Port.Side("target_height", 1024, 0);
    private static readonly TextInput s_second = new("text_g", Multiline: true), s_first = new("text_l", Multiline: true);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_clip, s_width, s_height, s_left, s_top, s_toWidth, s_toHeight, s_second, s_first];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ClipValue clip = inputs.Of(s_clip);
        return new NodeResult(new ConditioningValue(
        [
            new ConditioningEntry(run.Models.Text(clip.Choice).Read(inputs.Of(s_first), inputs.Of(s_second), clip.Layer))
            {
                Sizes = new SizeConditioning
                {
                    Original = (inputs.Of(s_width), inputs.Of(s_height)),
                    Crop = (inputs.Of(s_left), inputs.Of(s_top)),
                    Target = (inputs.Of(s_toWidth), inputs.Of(s_toHeight)),
                },
            },
        ]));
    }
}
