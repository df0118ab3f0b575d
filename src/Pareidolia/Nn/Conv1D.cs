using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>GPT-2's linear layer, whose matrix lies the other way: y = x W + b over the last axis; keys <c>weight</c> [in, out] and <c>bias</c> [out].</summary>
internal sealed class Conv1D(int inputs, int outputs, WeightScope weights, float deviation)
{
    private readonly Tensor _weight = weights.Get("weight", [inputs, outputs], Initializer.Normal(deviation));
    private readonly Tensor _bias = weights.Get("bias", [outputs], Initializer.Zeros);

    /// <summary>[b, n, in] to [b, n, out].</summary>
    public Tensor Forward(Tensor x)
    {
        using Scope scope = new();
        Tensor rows = x.Reshape(-1, inputs).MatMul(_weight) + _bias;                                       // [b n, out]
        return scope.Keep(rows.Reshape([.. x.Shape.With(-1, outputs)]));
    }
}
