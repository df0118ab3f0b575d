using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Pipelines;

namespace Pareidolia.Graph.Nodes;

/// <summary>A prompt for SDXL's refiner, with the beauty that is asked for.</summary>
internal sealed record ClipTextEncodeSdxlRefiner() : Node("CLIPTextEncodeSDXLRefiner", "CLIPTextEncodeSDXLRefiner", "advanced/conditioning", "Reads a prompt for SDXL's refiner, and says how beautiful the picture is to be.")
{
    private static readonly NumberInput s_beauty = new("ascore", 6, 0, 1000);
    private static readonly WholeInput s_width = Port.Side("width", 1024, 0), s_height = Port.Side("height", 1024, 0);
    private static readonly TextInput s_text = new("text", Multiline: true);
    private static readonly Input<ClipValue> s_clip = Port.ClipIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_beauty, s_width, s_height, s_text, s_clip];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (ClipValue clip, string text) = (inputs.Of(s_clip), inputs.Of(s_text));
        SizeConditioning sizes = new() { Aesthetic = inputs.Of(s_beauty), Original = (inputs.Of(s_width), inputs.Of(s_height)) };
        return new NodeResult(new ConditioningValue([new ConditioningEntry(run.Models.Text(clip.Choice).Read(text, text, clip.Layer)) { Sizes = sizes }]));
    }
}
