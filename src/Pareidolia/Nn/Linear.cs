using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>y = x W^T + b over the last axis; keys <c>weight</c> [out, in] and <c>bias</c> [out].</summary>
public sealed class Linear(int inputs, int outputs, WeightScope weights, bool bias = true, Initializer? initializer = null)
{
    private readonly Tensor _weight = weights.GetMatrix("weight", [outputs, inputs], initializer ?? Initializer.FanIn);
    private readonly Tensor? _bias = bias ? weights.Get("bias", [outputs], initializer is null ? Initializer.FanInBias(inputs) : Initializer.Zeros) : null;

    /// <summary>[.., in] to [.., out], plus a residual of the output's shape.</summary>
    public Tensor Forward(Tensor x, Tensor? residual = null) => x.Linear(AddedWeights.Of(_weight), _bias, residual);
}
