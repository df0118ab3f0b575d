using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>A mask of tokens as attention reads it.</summary>
internal static class PaddingBias
{
    /// <summary>1 for tokens that count and 0 for padding, I32 [b, n], to a bias of the scores [b, 1, 1, n]: 0 and -infinity.</summary>
    public static Tensor Of(Tensor mask)
    {
        float[] bias = [.. mask.ToIntArray().Select(value => value == 0 ? float.NegativeInfinity : 0)];
        return Tensor.From(bias, [mask.Shape[0], 1, 1, mask.Shape[1]], mask.Device);
    }
}
