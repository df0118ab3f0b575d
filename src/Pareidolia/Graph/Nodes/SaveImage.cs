using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Pictures into files.</summary>
internal sealed record SaveImage() : Node("SaveImage", "Save Image", "image", "Saves pictures into the output folder, the graph inside.")
{
    private static readonly Input<ImageValue> s_images = Port.ImageIn("images");
    private static readonly TextInput s_prefix = new("filename_prefix", "ComfyUI") { Tooltip = "What the names begin with, with / between folders; %year%, %width% and the like are filled in." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_images, s_prefix];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [];

    /// <inheritdoc/>
    public override bool IsOutput => true;

    /// <inheritdoc/>
    public override bool WritesGraph => true;

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new() { Pictures = new PictureFiles(run).Write(inputs.Of(s_images).ToImages(), inputs.Of(s_prefix), "output") };
}
