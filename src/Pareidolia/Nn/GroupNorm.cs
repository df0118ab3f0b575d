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

    /// <summary>The same with another scale and shift for each picture: y = activation(norm(x) (1 + scale) + shift).</summary>
    /// <param name="x">[b, .., c].</param>
    /// <param name="row">Scale and shift side by side, [b, 2 c].</param>
    public Tensor ForwardScaled(Tensor x, Tensor row)
    {
        Tensor[] halves = row.Chunk(2, -1);                                                             // 2 x [b, c]
        Tensor scale = halves[0] + 1;
        return x.GroupNorm(groups, scale * _gamma, (scale * _beta) + halves[1], eps, activation);
    }

    /// <summary>Groups of channels.</summary>
    internal int Groups => groups;

    /// <summary>The same of a part of a picture, by the moments of all of it.</summary>
    internal Tensor Forward(Tensor x, Tensor moments) => x.GroupNormWith(moments, groups, _gamma, _beta, eps, activation);
}
