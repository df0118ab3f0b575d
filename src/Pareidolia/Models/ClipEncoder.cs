using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The layers of a CLIP tower; key <c>layers</c>.</summary>
internal sealed class ClipEncoder(ClipTowerConfig config, bool causal, WeightScope weights)
{
    private readonly ClipLayer[] _layers =
        [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => new ClipLayer(config, causal, weights["layers"][i]))];

    /// <summary>[b, n, c] before the first layer and after each one; the caller's scope owns those after.</summary>
    public IReadOnlyList<Tensor> Forward(Tensor x)
    {
        List<Tensor> states = [x];
        foreach (ClipLayer layer in _layers)
            states.Add(layer.Forward(states[^1]));
        return states;
    }
}

/// <summary>Self-attention and a feed-forward part, each on a layer norm and plus its input.</summary>
internal sealed class ClipLayer
{
    private readonly LayerNorm _norm1;
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly Linear _out;
    private readonly LayerNorm _norm2;
    private readonly Linear _fc1;
    private readonly Linear _fc2;
    private readonly ClipTowerConfig _config;
    private readonly bool _causal;

    public ClipLayer(ClipTowerConfig config, bool causal, WeightScope weights)
    {
        (_config, _causal) = (config, causal);
        int c = config.HiddenSize;
        float eps = (float)config.LayerNormEps;
        // CLIP's own deviations (its appendix F): what enters a residual shrinks with the depth.
        float width = 1 / MathF.Sqrt(c);
        Initializer enters = Initializer.Normal(width / MathF.Sqrt(2 * config.NumHiddenLayers));
        _norm1 = new LayerNorm(c, weights["layer_norm1"], eps);
        _query = new Linear(c, c, weights["self_attn"]["q_proj"], initializer: enters);
        _key = new Linear(c, c, weights["self_attn"]["k_proj"], initializer: enters);
        _value = new Linear(c, c, weights["self_attn"]["v_proj"], initializer: enters);
        _out = new Linear(c, c, weights["self_attn"]["out_proj"], initializer: Initializer.Normal(width));
        _norm2 = new LayerNorm(c, weights["layer_norm2"], eps);
        _fc1 = new Linear(c, config.IntermediateSize, weights["mlp"]["fc1"], initializer: Initializer.Normal(width / MathF.Sqrt(2)));
        _fc2 = new Linear(config.IntermediateSize, c, weights["mlp"]["fc2"], initializer: enters);
    }

    /// <summary>[b, n, c] to the same shape.</summary>
    public Tensor Forward(Tensor x) => RecomputedBlocks.Run(() => Computed(x), x);

    private Tensor Computed(Tensor x)
    {
        using Scope scope = new();
        Tensor h = _norm1.Forward(x);
        Tensor seen = Tensor.Attention(_query.Forward(h), _key.Forward(h), _value.Forward(h), _config.NumAttentionHeads, causal: _causal);
        x = _out.Forward(seen, residual: x);                                                            // [b, n, c]
        h = Activations.Of(_config.HiddenAct, _fc1.Forward(_norm2.Forward(x)));                       // [b, n, intermediate]
        return scope.Keep(_fc2.Forward(h, residual: x));
    }
}
