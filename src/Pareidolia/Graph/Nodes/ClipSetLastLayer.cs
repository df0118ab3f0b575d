using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Where in the text encoder prompts are read.</summary>
internal sealed record ClipSetLastLayer() : Node("CLIPSetLastLayer", "CLIP Set Last Layer", "conditioning", "Reads prompts some layers before the text encoder's end.")
{
    private static readonly Input<ClipValue> s_clip = Port.ClipIn();
    private static readonly WholeInput s_layer = new("stop_at_clip_layer", -1, -24, -1) { Tooltip = "-1 is the last layer, -2 the one before." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_clip, s_layer];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Clip];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) => new(inputs.Of(s_clip) with { Layer = -inputs.Of(s_layer) });
}
