using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Latents mirrored.</summary>
internal sealed record LatentFlip() : Node("LatentFlip", "Flip Latent", "latent/transform", "Mirrors latents: top to bottom (x-axis) or left to right (y-axis).")
{
    private static readonly Input<LatentValue> s_samples = Port.LatentIn();
    private static readonly ChoiceInput s_way = new("flip_method", "x-axis: vertically", "y-axis: horizontally");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_samples, s_way];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        LatentValue latent = inputs.Of(s_samples);
        return new NodeResult(latent.With(Cells.Mirrored(latent.Samples, inputs.Of(s_way).StartsWith('x') ? 1 : 2)));
    }
}
