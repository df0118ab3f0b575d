using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>How the weights of tokens [n, length] act on encoded text [n, length, width].</summary>
internal static class Emphasis
{
    /// <summary>The web UI's "No norm": every token's numbers times its weight.</summary>
    public static Tensor Scaled(Tensor encoded, Tensor weights) => encoded * PerToken(weights);

    /// <summary>The web UI's "Original": as <see cref="Scaled"/>, then all of it scaled so that its mean is what it was.</summary>
    public static Tensor Restored(Tensor encoded, Tensor weights)
    {
        using Scope scope = new();
        Tensor scaled = Scaled(encoded, weights);
        return scope.Keep(scaled.Scale(encoded.Mean().Item() / scaled.Mean().Item()));
    }

    /// <summary>ComfyUI's: away from the encoding of the empty text [1 or n, length, width], or towards it.</summary>
    public static Tensor FromEmpty(Tensor encoded, Tensor empty, Tensor weights)
    {
        using Scope scope = new();
        return scope.Keep((encoded - empty) * PerToken(weights) + empty);
    }

    private static Tensor PerToken(Tensor weights) => weights.Reshape(weights.Shape[0], weights.Shape[1], 1);
}
