using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>Latents of one size.</summary>
internal static class LatentSizes
{
    /// <summary>Latents brought to the size of others, cut around the middle.</summary>
    /// <exception cref="PareidoliaException">They have other channels.</exception>
    public static Tensor Like(Tensor samples, Tensor other, string way)
    {
        if (samples.Shape[3] != other.Shape[3])
            throw new PareidoliaException($"One latent has {samples.Shape[3]} channels and the other {other.Shape[3]}: they are of different families of models.");
        return (samples.Shape[1], samples.Shape[2]) == (other.Shape[1], other.Shape[2]) ? samples
            : Sizes.To(samples, other.Shape[2], other.Shape[1], way, centred: true);
    }

    /// <summary>As many pictures as others have: repeated, or cut.</summary>
    public static Tensor Counted(Tensor samples, int count) => samples.Shape[0] == count || samples.Shape[0] == 1 ? samples
        : Tensor.Concat(0, [.. Enumerable.Range(0, count).Select(i => samples.Slice(0, i % samples.Shape[0], 1))]);
}
