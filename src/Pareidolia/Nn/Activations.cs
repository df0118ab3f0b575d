using Pareidolia.Tensors;

namespace Pareidolia.Nn;

/// <summary>An <see cref="Activation"/> by itself, where no norm or product before it takes it along.</summary>
internal static class Activations
{
    /// <summary>x with the activation applied.</summary>
    public static Tensor Activated(this Tensor x, Activation activation) => activation switch
    {
        Activation.Silu => x.Silu(),
        Activation.Gelu => x.Gelu(),
        Activation.Relu => x.Relu(),
        Activation.QuickGelu => x.QuickGelu(),
        _ => x,
    };
}
