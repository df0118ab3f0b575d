// Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding, https://arxiv.org/abs/2205.11487, appendix B: pooled text joins the time
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// A whole text as one vector beside the time's: its mean looks at itself and at all tokens. Keys <c>norm1</c>, <c>pool.positional_embedding</c>
/// [1, d], <c>pool.q_proj</c>, <c>pool.k_proj</c>, <c>pool.v_proj</c>, <c>proj</c>, <c>norm2</c>.
/// </summary>
internal sealed class TextTimeEmbedding(int textChannels, int channels, int heads, WeightScope weights)
{
    private readonly LayerNorm _normIn = new(textChannels, weights["norm1"]);
    private readonly Tensor _position =
        weights["pool"].Get("positional_embedding", [1, textChannels], Initializer.Normal(1 / MathF.Sqrt(textChannels)));
    private readonly Linear _query = new(textChannels, textChannels, weights["pool.q_proj"]);
    private readonly Linear _key = new(textChannels, textChannels, weights["pool.k_proj"]);
    private readonly Linear _value = new(textChannels, textChannels, weights["pool.v_proj"]);
    private readonly Linear _out = new(textChannels, channels, weights["proj"]);

    // Silent at first, so that it may join a network that has learned without it.
    private readonly LayerNorm _normOut = new(channels, weights["norm2"], gamma: Initializer.Zeros);

    /// <summary>Tokens [b, n, d] to [b, channels].</summary>
    public Tensor Forward(Tensor tokens)
    {
        using Scope scope = new();
        Tensor x = _normIn.Forward(tokens);
        Tensor mean = x.Mean(1, keep: true) + _position;                                                  // [b, 1, d]
        Tensor all = Tensor.Concat(1, mean, x);                                                           // [b, 1 + n, d]
        Tensor seen = Tensor.Attention(_query.Forward(mean), _key.Forward(all), _value.Forward(all), heads);
        return scope.Keep(_normOut.Forward(_out.Forward(seen.Reshape(tokens.Shape[0], tokens.Shape[2]))));
    }
}
