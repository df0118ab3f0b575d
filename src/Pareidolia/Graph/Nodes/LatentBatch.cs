using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>Two batches of latents as one.</summary>
internal sealed record LatentBatch() : Node("LatentBatch", "Latent Batch", "latent/batch", "Puts one batch of latents behind another, brought to its size.")
{
    private static readonly Input<LatentValue> s_first = Port.LatentIn("samples1"), s_second = Port.LatentIn("samples2");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_first, s_second];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (LatentValue first, LatentValue second) = (inputs.Of(s_first), inputs.Of(s_second));
        run.RequireRoom((long)first.Count + second.Count, first.Width, first.Height);
        Tensor fitted = LatentSizes.Like(second.Samples, first.Samples, "bilinear");
        LatentValue joined = first.With(Tensor.Concat(0, first.Samples, fitted)) with { Places = [.. first.AllPlaces, .. second.AllPlaces] };
        return new NodeResult(first.Blank == second.Blank ? joined with { Blank = first.Blank } : joined);
    }
}
