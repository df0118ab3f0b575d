using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A mask from a channel of a picture.</summary>
internal sealed record LoadImageMask() : Node("LoadImageMask", "Load Image (as Mask)", "mask", "Loads a channel of a picture as a mask.")
{
    private static readonly PictureInput s_image = new("image");
    private static readonly ChoiceInput s_channel = new("channel", "alpha", "red", "green", "blue");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_image, s_channel];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Mask];

    /// <inheritdoc/>
    public override string Fingerprint(Arguments inputs, GraphFolders folders) => Stamp(folders.Picture(inputs.Of(s_image)));

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(new MaskValue(MaskShares.OfPicture(run.Picture(inputs.Of(s_image)), inputs.Of(s_channel), run.Device)));
}
