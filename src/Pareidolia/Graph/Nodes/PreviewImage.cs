using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Pictures to look at.</summary>
internal sealed record PreviewImage() : Node("PreviewImage", "Preview Image", "image", "Shows pictures without saving them for good.")
{
    private static readonly Input<ImageValue> s_images = Port.ImageIn("images");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_images];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [];

    /// <inheritdoc/>
    public override bool IsOutput => true;

    /// <inheritdoc/>
    public override bool WritesGraph => true;

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new() { Pictures = new PictureFiles(run).Write(inputs.Of(s_images).ToImages(), "ComfyUI_temp", "temp") };
}
