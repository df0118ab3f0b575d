using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>A text as one vector: what GANs are conditioned on.</summary>
public static class SentenceVectors
{
    /// <summary>The state at each text's end token, scaled to a mean square of 1: I32 ids [b, n] to [b, c].</summary>
    public static Tensor Of(ClipTextModel encoder, Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        using Scope scope = new();
        return scope.Keep(encoder.Forward(ids).Pooled.RmsNorm(null));
    }
}
