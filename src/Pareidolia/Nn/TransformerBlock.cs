using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// Self-attention, cross-attention and a feed-forward part, each on a layer norm and plus its input. Keys <c>norm1</c>, <c>attn1</c>,
/// <c>norm2</c>, <c>attn2</c>, <c>norm3</c>, <c>ff</c>.
/// </summary>
/// <param name="channels">Channels of the tokens.</param>
/// <param name="settings">Heads, context and whether the first attention too looks at the context.</param>
/// <param name="weights">The block's place.</param>
internal sealed class TransformerBlock(int channels, TransformerSettings settings, WeightScope weights)
{
    private readonly LayerNorm _norm1 = new(channels, weights["norm1"]);
    private readonly CrossAttention _attention1 = new(
        channels, settings.OnlyCross ? settings.ContextChannels : channels, settings.Heads, weights["attn1"]);
    private readonly LayerNorm _norm2 = new(channels, weights["norm2"]);
    private readonly CrossAttention _attention2 = new(channels, settings.ContextChannels, settings.Heads, weights["attn2"]);
    private readonly LayerNorm _norm3 = new(channels, weights["norm3"]);
    private readonly GegluFeedForward _feedForward = new(channels, weights["ff"]);

    /// <summary>
    /// x [b, n, c], context [b, m, d], bias of the context's scores [b, 1, 1, m] to [b, n, c]. <paramref name="apart"/>: pixels do not look at each other.
    /// </summary>
    public Tensor Forward(Tensor x, Tensor context, Tensor? contextBias, bool apart = false) =>
        RecomputedBlocks.Run(() => Computed(x, context, contextBias, apart), x, context, contextBias);

    private Tensor Computed(Tensor x, Tensor context, Tensor? contextBias, bool apart)
    {
        using Scope scope = new();
        Tensor h = _norm1.Forward(x);
        // The mask of the context is not applied here even where this looks at it: so the published models were trained.
        x = _attention1.Forward(h, settings.OnlyCross ? context : h, null, residual: x, apart && !settings.OnlyCross).After(h);
        h = _norm2.Forward(x);
        x = _attention2.Forward(h, context, contextBias, residual: x).After(h).After(x);
        return scope.Keep(_feedForward.Forward(_norm3.Forward(x), residual: x));
    }
}
