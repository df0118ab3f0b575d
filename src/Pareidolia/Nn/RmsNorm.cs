using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>Norm by the root of the mean square over the last axis, without mean and bias; key <c>weight</c> [c].</summary>
internal sealed class RmsNorm(int channels, WeightScope weights, float eps = 1e-6f)
{
    private readonly Tensor _gamma = weights.Get("weight", [channels], Initializer.Ones);

    /// <summary>Normalises; the shape stays.</summary>
    public Tensor Forward(Tensor x) => x.RmsNorm(_gamma, eps);
}
