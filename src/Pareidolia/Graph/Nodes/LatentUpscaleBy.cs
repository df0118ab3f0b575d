using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Latents some times as large.</summary>
internal sealed record LatentUpscaleBy() : Node("LatentUpscaleBy", "Upscale Latent By", "latent", "Resizes latents by a factor.")
{
    private static readonly Input<LatentValue> s_samples = Port.LatentIn();
    private static readonly ChoiceInput s_way = new("upscale_method", Sizes.LatentWays);
    private static readonly NumberInput s_scale = new("scale_by", 1.5, 0.01, 8);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_samples, s_way, s_scale];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (LatentValue latent, double scale) = (inputs.Of(s_samples), inputs.Of(s_scale));
        run.RequireRoom(latent.Count, latent.Width * scale, latent.Height * scale);
        int Side(int axis) => Math.Max(1, (int)Math.Round(latent.Samples.Shape[axis] * scale));
        return new NodeResult(latent.With(Sizes.To(latent.Samples, Side(2), Side(1), inputs.Of(s_way))));
    }
}
