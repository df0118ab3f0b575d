using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>Layer norm over the last axis; keys <c>weight</c> and <c>bias</c> [c].</summary>
public sealed class LayerNorm(int channels, WeightScope weights, float eps = 1e-5f, Initializer? gamma = null)
{
    private readonly Tensor _gamma = weights.Get("weight", [channels], gamma ?? Initializer.Ones);
    private readonly Tensor _beta = weights.Get("bias", [channels], Initializer.Zeros);

    /// <summary>Normalises; the shape stays.</summary>
    public Tensor Forward(Tensor x) => x.LayerNorm(_gamma, _beta, eps);
}
