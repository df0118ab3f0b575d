// Scaling Rectified Flow Transformers for High-Resolution Image Synthesis, https://arxiv.org/abs/2403.03206, section 4
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// A picture's tokens and a text's, each with projections of their own, look at all of both. Keys <c>to_q</c>, <c>to_k</c>, <c>to_v</c>,
/// <c>to_out.0</c> of the picture, <c>add_q_proj</c>, <c>add_k_proj</c>, <c>add_v_proj</c>, <c>to_add_out</c> of the text, and where queries and keys
/// are normed <c>norm_q</c>, <c>norm_k</c>, <c>norm_added_q</c>, <c>norm_added_k</c>.
/// </summary>
/// <param name="channels">Channels of all tokens.</param>
/// <param name="heads">Number of heads.</param>
/// <param name="normed">Whether queries and keys are normed.</param>
/// <param name="textEnds">Whether the text is only looked at and says nothing more.</param>
/// <param name="weights">Its place.</param>
internal sealed class TwoStreamAttention(int channels, int heads, bool normed, bool textEnds, WeightScope weights)
{
    private readonly HeadProjections _picture = new(channels, heads, ("to_q", "to_k", "to_v"), normed ? ("norm_q", "norm_k") : null, weights);
    private readonly HeadProjections _text =
        new(channels, heads, ("add_q_proj", "add_k_proj", "add_v_proj"), normed ? ("norm_added_q", "norm_added_k") : null, weights);
    private readonly Linear _pictureOut = new(channels, channels, weights["to_out.0"]);
    private readonly Linear? _textOut = textEnds ? null : new Linear(channels, channels, weights["to_add_out"]);

    /// <summary>
    /// Picture [b, n, c] and text [b, m, c] to the same shapes; <paramref name="turn"/> turns queries and keys [b, m + n, c], the text's first, by their
    /// places.
    /// </summary>
    public (Tensor Picture, Tensor? Text) Forward(Tensor picture, Tensor text, Func<Tensor, Tensor>? turn = null)
    {
        using Scope scope = new();
        (Tensor q, Tensor k, Tensor v) = _text.Forward(text);
        (Tensor q, Tensor k, Tensor v) own = _picture.Forward(picture);
        (q, k, v) = (Tensor.Concat(1, q, own.q), Tensor.Concat(1, k, own.k), Tensor.Concat(1, v, own.v));       // [b, m + n, c]
        Tensor seen = Tensor.Attention(turn?.Invoke(q) ?? q, turn?.Invoke(k) ?? k, v, heads);
        (int m, int n) = (text.Shape[1], picture.Shape[1]);
        return (scope.Keep(_pictureOut.Forward(seen.Slice(1, m, n))), _textOut is null ? null : scope.Keep(_textOut.Forward(seen.Slice(1, 0, m))));
    }
}

/// <summary>Queries, keys and values of tokens, queries and keys normed in each head where asked for.</summary>
internal sealed class HeadProjections(
    int channels, int heads, (string Query, string Key, string Value) names, (string Query, string Key)? norms, WeightScope weights)
{
    private readonly Linear _query = new(channels, channels, weights[names.Query]);
    private readonly Linear _key = new(channels, channels, weights[names.Key]);
    private readonly Linear _value = new(channels, channels, weights[names.Value]);
    private readonly Tensor? _queryNorm = norms is null ? null : weights[norms.Value.Query].Get("weight", [channels / heads], Initializer.Ones);
    private readonly Tensor? _keyNorm = norms is null ? null : weights[norms.Value.Key].Get("weight", [channels / heads], Initializer.Ones);

    /// <summary>[b, n, c] to three of that shape.</summary>
    public (Tensor Query, Tensor Key, Tensor Value) Forward(Tensor x) =>
        (Normed(_query.Forward(x), _queryNorm), Normed(_key.Forward(x), _keyNorm), _value.Forward(x));

    private Tensor Normed(Tensor x, Tensor? gamma) => gamma is null
        ? x
        : x.Reshape(x.Shape[0], x.Shape[1], heads, channels / heads).RmsNorm(gamma).Reshape([.. x.Shape]);
}
