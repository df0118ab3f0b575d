using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Another size for pictures.</summary>
internal sealed record ImageScale() : Node("ImageScale", "Upscale Image", "image/upscaling", "Resizes pictures; a side of 0 follows from the other.")
{
    private static readonly Input<ImageValue> s_image = Port.ImageIn();
    private static readonly ChoiceInput s_way = new("upscale_method", Sizes.ImageWays), s_crop = new("crop", Sizes.Crops);
    private static readonly WholeInput s_width = Port.Side("width", 512, 0), s_height = Port.Side("height", 512, 0);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_image, s_way, s_width, s_height, s_crop];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (ImageValue image, int width, int height) = (inputs.Of(s_image), inputs.Of(s_width), inputs.Of(s_height));
        if (width == 0 && height == 0)
            return new NodeResult(image);
        width = width == 0 ? Math.Max(1, (int)Math.Round((double)image.Width * height / image.Height)) : width;
        height = height == 0 ? Math.Max(1, (int)Math.Round((double)image.Height * width / image.Width)) : height;
        run.RequireRoom(image.Count, width, height);
        return new NodeResult(new ImageValue(Sizes.To(image.Pixels, width, height, inputs.Of(s_way), inputs.Of(s_crop) == "center")));
    }
}
