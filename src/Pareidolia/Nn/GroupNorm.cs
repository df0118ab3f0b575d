using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>Group norm over [b, .., c] with the activation that follows; keys <c>weight</c> and <c>bias</c> [c].</summary>
public sealed class GroupNorm(int groups, int channels, WeightScope weights, float eps = 1e-5f, Activation activation = Activation.None)
{
    private readonly Tensor _gamma = weights.Get("weight", [channels], Initializer.Ones);
    private readonly Tensor _beta = weights.Get("bias", [channels], Initializer.Zeros);

    /// <summary>Normalises; the shape stays.</summary>
    public Tensor Forward(Tensor x) => x.GroupNorm(groups, _gamma, _beta, eps, activation);

    /// <summary>Groups of channels.</summary>
    internal int Groups => groups;

    /// <summary>The same of a part of a picture, by the moments of all of it.</summary>
    internal Tensor Forward(Tensor x, Tensor moments) => x.GroupNormWith(moments, groups, _gamma, _beta, eps, activation);
}
