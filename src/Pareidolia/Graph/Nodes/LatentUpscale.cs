using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Another size for latents.</summary>
internal sealed record LatentUpscale() : Node("LatentUpscale", "Upscale Latent", "latent", "Resizes latents to a size in pixels; a side of 0 follows from the other.")
{
    private static readonly Input<LatentValue> s_samples = Port.LatentIn();
    private static readonly ChoiceInput s_way = new("upscale_method", Sizes.LatentWays), s_crop = new("crop", Sizes.Crops);
    private static readonly WholeInput s_width = Port.Side("width", 512, 0, 8), s_height = Port.Side("height", 512, 0, 8);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_samples, s_way, s_width, s_height, s_crop];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        LatentValue latent = inputs.Of(s_samples);
        (int columns, int rows) = (inputs.Of(s_width) / latent.Factor, inputs.Of(s_height) / latent.Factor);
        if (inputs.Of(s_width) == 0 && inputs.Of(s_height) == 0)
            return new NodeResult(latent);
        if (columns == 0)
            columns = (int)Math.Round((double)latent.Samples.Shape[2] * rows / latent.Samples.Shape[1]);
        if (rows == 0)
            rows = (int)Math.Round((double)latent.Samples.Shape[1] * columns / latent.Samples.Shape[2]);
        (columns, rows) = (Math.Max(1, columns), Math.Max(1, rows));
        run.RequireRoom(latent.Count, (double)columns * latent.Factor, (double)rows * latent.Factor);
        return new NodeResult(latent.With(Sizes.To(
            latent.Samples, columns, rows, inputs.Of(s_way), inputs.Of(s_crop) == "center")));
    }
}
