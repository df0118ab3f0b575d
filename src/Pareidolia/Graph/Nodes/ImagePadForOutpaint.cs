using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>Room around a picture.</summary>
internal sealed record ImagePadForOutpaint() : Node("ImagePadForOutpaint", "Pad Image for Outpainting", "image", "Adds grey room around a picture, and a mask of it that reaches softly into the picture.")
{
    private static readonly Input<ImageValue> s_image = Port.ImageIn();
    private static readonly WholeInput s_left = Margin("left"), s_top = Margin("top"), s_right = Margin("right"), s_bottom = Margin("bottom");
    private static readonly WholeInput s_feather = new("feathering", 40, 0, 8192);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_image, s_left, s_top, s_right, s_bottom, s_feather];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image, Port.Mask];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ImageValue image = inputs.Of(s_image);
        OutpaintMargins margins = new(inputs.Of(s_left), inputs.Of(s_top), inputs.Of(s_right), inputs.Of(s_bottom), inputs.Of(s_feather));
        if (margins is { Left: 0, Top: 0, Right: 0, Bottom: 0 })
            return new NodeResult(image, new MaskValue(Tensor.Zeros([1, image.Height, image.Width, 1], run.Device)));
        run.RequireRoom(image.Count, image.Width + margins.Left + margins.Right, image.Height + margins.Top + margins.Bottom);
        SourcePicture[] larger = [.. image.ToImages().Select(margins.Around)];
        Tensor pixels = Tensor.Concat(0, [.. larger.Select(one => ImageValue.Of(one.Picture, run.Device).Pixels)]);
        return new NodeResult(new ImageValue(pixels), MaskValue.Of(larger[0].Mask!, run.Device));
    }

    private static WholeInput Margin(string name) => new(name, 0, 0, 8192, 8);
}
