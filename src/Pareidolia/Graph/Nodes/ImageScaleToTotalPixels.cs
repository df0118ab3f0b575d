using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Pictures of about so many pixels.</summary>
internal sealed record ImageScaleToTotalPixels() : Node("ImageScaleToTotalPixels", "Scale Image to Total Pixels", "image/upscaling", "Resizes pictures to about so many megapixels, their shape kept.")
{
    private static readonly Input<ImageValue> s_image = Port.ImageIn();
    private static readonly ChoiceInput s_way = new("upscale_method", Sizes.ImageWays);
    private static readonly NumberInput s_megapixels = new("megapixels", 1, 0.01, 16);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_image, s_way, s_megapixels];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ImageValue image = inputs.Of(s_image);
        double scale = Math.Sqrt(inputs.Of(s_megapixels) * 1024 * 1024 / ((double)image.Width * image.Height));
        run.RequireRoom(image.Count, image.Width * scale, image.Height * scale);
        int Side(int side) => Math.Max(1, (int)Math.Round(side * scale));
        return new NodeResult(new ImageValue(Sizes.To(image.Pixels, Side(image.Width), Side(image.Height), inputs.Of(s_way))));
    }
}
