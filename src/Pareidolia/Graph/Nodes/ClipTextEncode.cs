using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A prompt, read.</summary>
internal sealed record ClipTextEncode() : Node("CLIPTextEncode", "CLIP Text Encode (Prompt)", "conditioning", "Reads a prompt into what guides the diffusion model. (word:1.2) weighs words.")
{
    private static readonly TextInput s_text = new("text", Multiline: true) { Tooltip = "What to draw, or what to stay away from." };
    private static readonly Input<ClipValue> s_clip = Port.ClipIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_text, s_clip];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Conditioning];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (ClipValue clip, string text) = (inputs.Of(s_clip), inputs.Of(s_text));
        return new NodeResult(new ConditioningValue([new ConditioningEntry(run.Models.Text(clip.Choice).Read(text, text, clip.Layer))]));
    }
}
