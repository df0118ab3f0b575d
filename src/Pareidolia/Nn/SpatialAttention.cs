using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// Every pixel looks at every pixel, plus the input: the attention block of DDPM and of autoencoders. Keys <c>group_norm</c> (absent where
/// groups is null), <c>to_q</c>, <c>to_k</c>, <c>to_v</c>, <c>to_out.0</c>, or in old files <c>query</c>, <c>key</c>, <c>value</c>, <c>proj_attn</c>.
/// </summary>
internal sealed class SpatialAttention(int channels, int heads, int? groups, float eps, WeightScope weights)
{
    private readonly GroupNorm? _norm = groups is int count ? new GroupNorm(count, channels, weights["group_norm"], eps) : null;
    private readonly Linear _query = Projection(channels, weights, "to_q", "query");
    private readonly Linear _key = Projection(channels, weights, "to_k", "key");
    private readonly Linear _value = Projection(channels, weights, "to_v", "value");
    private readonly Linear _out = Projection(channels, weights, "to_out.0", "proj_attn");

    /// <summary>[b, h, w, c] to the same shape.</summary>
    public Tensor Forward(Tensor x)
    {
        using Scope scope = new();
        Tensor pixels = x.Reshape(x.Shape[0], -1, channels);                                            // [b, h w, c]
        Tensor h = _norm?.Forward(pixels) ?? pixels;
        Tensor seen = Tensor.Attention(_query.Forward(h), _key.Forward(h), _value.Forward(h), heads);   // [b, h w, c]
        return scope.Keep(_out.Forward(seen, residual: pixels).Reshape([.. x.Shape]));
    }

    private static Linear Projection(int channels, WeightScope weights, string name, string oldName) =>
        new(channels, channels, weights[weights[name].Has("weight") ? name : oldName]);
}
