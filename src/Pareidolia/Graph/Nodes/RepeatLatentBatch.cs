using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>A batch of latents, some times.</summary>
internal sealed record RepeatLatentBatch() : Node("RepeatLatentBatch", "Repeat Latent Batch", "latent/batch", "Repeats a batch of latents.")
{
    private static readonly Input<LatentValue> s_samples = Port.LatentIn();
    private static readonly WholeInput s_amount = new("amount", 1, 1, 64);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_samples, s_amount];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (LatentValue latent, int amount) = (inputs.Of(s_samples), inputs.Of(s_amount));
        run.RequireRoom((long)latent.Count * amount, latent.Width, latent.Height);
        Tensor Times(Tensor batch) => Tensor.Concat(0, [.. Enumerable.Repeat(batch, amount)]);
        int[]? places = latent.Places is { } known
            ? [.. Enumerable.Range(0, amount).SelectMany(i => known.Select(place => place + (i * (known.Max() - known.Min() + 1))))]
            : null;
        return new NodeResult(latent with
        {
            Samples = Times(latent.Samples),
            Mask = latent.Mask is Tensor mask && mask.Shape[0] > 1 ? Times(mask) : latent.Mask,
            Places = places,
        });
    }
}
