using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A part of latents.</summary>
internal sealed record LatentCrop() : Node("LatentCrop", "Crop Latent", "latent/transform", "Cuts a rectangle in pixels out of latents.")
{
    // ComfyUI leaves so many cells at least.
    private const int Least = 8;

    private static readonly Input<LatentValue> s_samples = Port.LatentIn();
    private static readonly WholeInput s_width = Port.Side("width", 512, 64, 8), s_height = Port.Side("height", 512, 64, 8), s_x = Port.Side("x", 0, 0, 8), s_y = Port.Side("y", 0, 0, 8);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_samples, s_width, s_height, s_x, s_y];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        LatentValue latent = inputs.Of(s_samples);
        (int rows, int columns) = (latent.Samples.Shape[1], latent.Samples.Shape[2]);
        int x = Math.Clamp(inputs.Of(s_x) / latent.Factor, 0, Math.Max(0, columns - Least)), y = Math.Clamp(inputs.Of(s_y) / latent.Factor, 0, Math.Max(0, rows - Least));
        int width = Math.Clamp(inputs.Of(s_width) / latent.Factor, 1, columns - x), height = Math.Clamp(inputs.Of(s_height) / latent.Factor, 1, rows - y);
        return new NodeResult(latent.With(latent.Samples.Slice(1, y, height).Slice(2, x, width)));
    }
}
