using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>A table of vectors by id; key <c>weight</c> [v, c].</summary>
public sealed class Embedding(int vocabulary, int channels, WeightScope weights, float deviation = 0.02f)
{
    /// <summary>The table [v, c].</summary>
    public Tensor Weight { get; } = weights.GetMatrix("weight", [vocabulary, channels], Initializer.Normal(deviation));

    /// <summary>I32 ids [..] to vectors [.., c].</summary>
    public Tensor Forward(Tensor ids) => Weight.Embedding(ids);
}
