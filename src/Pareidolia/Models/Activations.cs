using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>Activations by the names that transformers' configs give them.</summary>
internal static class Activations
{
    /// <summary>The tensor through a named activation; configs refuse other names when they are read.</summary>
    public static Tensor Of(string name, Tensor x) => name switch
    {
        "relu" => x.Relu(),
        "gelu" => x.Gelu(),
        "quick_gelu" => x.QuickGelu(),
        _ => x.GeluTanh(),
    };
}
