using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>Some pictures of a batch of latents.</summary>
internal sealed record LatentFromBatch() : Node("LatentFromBatch", "Latent From Batch", "latent/batch", "Takes some pictures out of a batch; each keeps the noise of its place.")
{
    private static readonly Input<LatentValue> s_samples = Port.LatentIn();
    private static readonly WholeInput s_index = new("batch_index", 0, 0, 63), s_length = new("length", 1, 1, 64);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_samples, s_index, s_length];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        LatentValue latent = inputs.Of(s_samples);
        int from = Math.Min(latent.Count - 1, inputs.Of(s_index)), length = Math.Min(latent.Count - from, inputs.Of(s_length));
        Tensor? mask = latent.Mask is Tensor all && all.Shape[0] > 1 ? all.Slice(0, from, length) : latent.Mask;
        return new NodeResult(latent with
        {
            Samples = latent.Samples.Slice(0, from, length),
            Mask = mask,
            Places = [.. latent.AllPlaces.Skip(from).Take(length)],
        });
    }
}
