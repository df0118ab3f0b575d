using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// Tokens look at a context's tokens, or at themselves. Keys <c>to_q</c>, <c>to_k</c>, <c>to_v</c> (with biases where asked for) and <c>to_out.0</c>.
/// </summary>
internal sealed class CrossAttention(int channels, int contextChannels, int heads, WeightScope weights, bool biases = false)
{
    private readonly Linear _query = new(channels, channels, weights["to_q"], bias: biases);
    private readonly Linear _key = new(contextChannels, channels, weights["to_k"], bias: biases);
    private readonly Linear _value = new(contextChannels, channels, weights["to_v"], bias: biases);
    private readonly Linear _out = new(channels, channels, weights["to_out.0"]);

    /// <summary>
    /// x [b, n, c], context [b, m, d], bias of the scores [b, 1, 1, m], residual [b, n, c] or none; gives [b, n, c]. <paramref name="apart"/>: each token
    /// looks at the context's token of its own place alone (m = n).
    /// </summary>
    public Tensor Forward(Tensor x, Tensor context, Tensor? bias, Tensor? residual, bool apart = false)
    {
        using Scope scope = new();
        return scope.Keep(_out.Forward(apart ? _value.Forward(context) : Seen(x, context, bias), residual));
    }

    private Tensor Seen(Tensor x, Tensor context, Tensor? bias)
    {
        Tensor query = _query.Forward(x), key = _key.Forward(context);
        if (ReferenceEquals(x, context))
            SelfAttentionWatch.See(query, key, heads);
        else
            AttentionWatch.See(query, key, heads);
        return Tensor.Attention(query, key, _value.Forward(context), heads, bias: bias);
    }
}
