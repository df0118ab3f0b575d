// Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding, https://arxiv.org/abs/2205.11487, appendix B.1
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// Pixels look at a text's tokens and at each other in one attention, plus the input: the attention of pixel cascades. Keys <c>group_norm</c>,
/// <c>norm_cross</c>, <c>to_q</c>, <c>to_k</c>, <c>to_v</c>, <c>add_k_proj</c>, <c>add_v_proj</c>, <c>to_out.0</c>.
/// </summary>
/// <param name="channels">Channels of the pixels.</param>
/// <param name="settings">Heads, groups, width of the text's tokens; where it looks at them only, pixels never look at each other.</param>
/// <param name="normContext">Whether the text's tokens pass a group norm first.</param>
/// <param name="weights">Its place.</param>
internal sealed class JointTextAttention(int channels, TransformerSettings settings, bool normContext, WeightScope weights)
{
    // Fixed in the published class, whatever the rest of the network has.
    private const int ContextGroups = 32;

    private readonly GroupNorm _norm = new(settings.Groups, channels, weights["group_norm"]);
    private readonly GroupNorm? _normContext = normContext ? new GroupNorm(ContextGroups, settings.ContextChannels, weights["norm_cross"]) : null;
    private readonly Linear _query = new(channels, channels, weights["to_q"]);
    private readonly Linear _textKey = new(settings.ContextChannels, channels, weights["add_k_proj"]);
    private readonly Linear _textValue = new(settings.ContextChannels, channels, weights["add_v_proj"]);
    private readonly Linear? _key = settings.OnlyCross ? null : new Linear(channels, channels, weights["to_k"]);
    private readonly Linear? _value = settings.OnlyCross ? null : new Linear(channels, channels, weights["to_v"]);

    // A new network's attention begins as the identity.
    private readonly Linear _out = new(channels, channels, weights["to_out.0"], initializer: Initializer.Zeros);

    /// <summary>
    /// x [b, h, w, c], text [b, m, d], bias of the text's scores [b, 1, 1, m] to [b, h, w, c]. <paramref name="apart"/>: pixels look at the text alone.
    /// </summary>
    public Tensor Forward(Tensor x, Tensor text, Tensor? textBias, bool apart = false) =>
        RecomputedBlocks.Run(() => Computed(x, text, textBias, apart), x, text, textBias);

    private Tensor Computed(Tensor x, Tensor text, Tensor? textBias, bool apart)
    {
        using Scope scope = new();
        Tensor pixels = x.Reshape(x.Shape[0], -1, channels);                                            // [b, h w, c]
        Tensor h = _norm.Forward(pixels), read = _normContext?.Forward(text) ?? text;
        Tensor key = _textKey.Forward(read), value = _textValue.Forward(read);                          // [b, m, c]
        if (!apart && _key is not null && _value is not null)
            (key, value) = (Tensor.Concat(1, key, _key.Forward(h)), Tensor.Concat(1, value, _value.Forward(h)));
        Tensor? bias = textBias?.Pad(-1, 0, key.Shape[1] - text.Shape[1]);                              // [b, 1, 1, m + h w]
        Tensor seen = Tensor.Attention(_query.Forward(h), key, value, settings.Heads, bias: bias);
        return scope.Keep(_out.Forward(seen, residual: pixels).Reshape([.. x.Shape]));
    }
}
