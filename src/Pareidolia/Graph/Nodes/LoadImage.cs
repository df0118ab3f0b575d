using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Imaging;

namespace Pareidolia.Graph.Nodes;

/// <summary>A picture from the input folder.</summary>
internal sealed record LoadImage() : Node("LoadImage", "Load Image", "image", "Loads a picture, and how transparent it is as a mask.")
{
    private static readonly PictureInput s_image = new("image");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_image];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image, Port.Mask];

    /// <inheritdoc/>
    public override string Fingerprint(Arguments inputs, GraphFolders folders) => Stamp(folders.Picture(inputs.Of(s_image)));

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        Image image = run.Picture(inputs.Of(s_image));
        return new NodeResult(ImageValue.Of(image, run.Device), new MaskValue(MaskShares.OfPicture(image, "alpha", run.Device)));
    }
}
