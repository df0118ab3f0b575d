using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Pictures some times as large.</summary>
internal sealed record ImageScaleBy() : Node("ImageScaleBy", "Upscale Image By", "image/upscaling", "Resizes pictures by a factor.")
{
    private static readonly Input<ImageValue> s_image = Port.ImageIn();
    private static readonly ChoiceInput s_way = new("upscale_method", Sizes.ImageWays);
    private static readonly NumberInput s_scale = new("scale_by", 1, 0.01, 8);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_image, s_way, s_scale];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (ImageValue image, double scale) = (inputs.Of(s_image), inputs.Of(s_scale));
        run.RequireRoom(image.Count, image.Width * scale, image.Height * scale);
        int Side(int side) => Math.Max(1, (int)Math.Round(side * scale));
        return new NodeResult(new ImageValue(Sizes.To(image.Pixels, Side(image.Width), Side(image.Height), inputs.Of(s_way))));
    }
}
