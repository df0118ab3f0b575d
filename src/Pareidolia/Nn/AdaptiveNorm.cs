// Scalable Diffusion Models with Transformers, https://arxiv.org/abs/2212.09748, section 3.2
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// What a condition (time, class, text) tells the layers of a transformer block: shifts, scales and gates for its tokens; key <c>linear</c>. A new
/// one tells nothing: all gates are shut, so that the block begins as the identity.
/// </summary>
/// <param name="width">Numbers of the condition and of each part.</param>
/// <param name="parts">How many vectors it tells.</param>
/// <param name="weights">Its place.</param>
internal sealed class AdaptiveNorm(int width, int parts, WeightScope weights)
{
    private readonly Linear _linear = new(width, parts * width, weights["linear"], initializer: Initializer.Zeros);

    /// <summary>Condition [b, width] to parts [b, 1, width].</summary>
    public Tensor[] Forward(Tensor condition) => _linear.Forward(condition.Silu()).Reshape(condition.Shape[0], 1, -1).Chunk(parts, 2);
}

/// <summary>Norms without parameters of their own, shifted and scaled from outside.</summary>
internal static class Modulation
{
    /// <summary>Layer norm of tokens [b, n, c], times 1 + scale, plus shift.</summary>
    public static Tensor Modulated(this Tensor x, Tensor shift, Tensor scale, float eps = 1e-6f)
    {
        using Scope scope = new();
        return scope.Keep((x.LayerNorm(null, null, eps) * (scale + 1)) + shift);
    }
}
