using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The layers of T5's encoder or decoder; keys <c>block.i.layer.j</c> and <c>final_layer_norm</c>.</summary>
internal sealed class T5Stack
{
    private readonly bool _isDecoder;
    private readonly T5PositionBias _positions;
    private readonly T5Block[] _blocks;
    private readonly RmsNorm _norm;

    public T5Stack(T5Config config, bool isDecoder, WeightScope weights)
    {
        _isDecoder = isDecoder;
        int layers = isDecoder ? config.NumDecoderLayers : config.NumLayers;
        // One table for all blocks, which checkpoints keep in the first.
        _positions = new T5PositionBias(config, bidirectional: !isDecoder, weights["block.0.layer.0.SelfAttention"]);
        _blocks = [.. Enumerable.Range(0, layers).Select(i => new T5Block(config, isDecoder, weights["block"][i]["layer"]))];
        _norm = new RmsNorm(config.DModel, weights["final_layer_norm"], (float)config.LayerNormEpsilon);
    }

    /// <summary>The bias of distances [1, heads, n, n].</summary>
    public Tensor PositionBias(int tokens) => _positions.Of(tokens);

    /// <summary>States before the first block, after each one but the last, and at last after the final norm, [b, n, c] each.</summary>
    /// <param name="x">Tokens [b, n, c].</param>
    /// <param name="mask">1 for tokens that count, I32 [b, n]; null where all count.</param>
    /// <param name="context">What a decoder looks at besides, [b, m, c].</param>
    public IReadOnlyList<Tensor> Forward(Tensor x, Tensor? mask = null, Tensor? context = null)
    {
        using Scope scope = new();
        Tensor bias = PositionBias(x.Shape[1]);
        bias = mask is null ? bias : bias + PaddingBias.Of(mask);                                          // [b, heads, n, n]
        List<Tensor> states = [x];
        foreach (T5Block block in _blocks)
            states.Add(scope.Keep(block.Forward(states[^1], bias, _isDecoder, context)));
        states[^1] = scope.Keep(_norm.Forward(states[^1]));
        return states;
    }
}

/// <summary>Self-attention, in a decoder attention to the encoder's states, and a feed-forward part, each on a norm and plus its input.</summary>
internal sealed class T5Block
{
    private readonly RmsNorm _selfNorm;
    private readonly T5Attention _self;
    private readonly RmsNorm? _crossNorm;
    private readonly T5Attention? _cross;
    private readonly RmsNorm _norm;
    private readonly Linear _in;
    private readonly Linear? _linearIn;
    private readonly Linear _out;

    public T5Block(T5Config config, bool isDecoder, WeightScope layers)
    {
        (int c, int inner, float eps, double factor) = (config.DModel, config.DFf, (float)config.LayerNormEpsilon, config.InitializerFactor);
        _selfNorm = new RmsNorm(c, layers["0.layer_norm"], eps);
        _self = new T5Attention(config, layers["0.SelfAttention"]);
        if (isDecoder)
        {
            _crossNorm = new RmsNorm(c, layers["1.layer_norm"], eps);
            _cross = new T5Attention(config, layers["1.EncDecAttention"]);
        }
        WeightScope last = layers[isDecoder ? 2 : 1], dense = last["DenseReluDense"];
        _norm = new RmsNorm(c, last["layer_norm"], eps);
        Linear Layer(string name, int from, int to) => new(from, to, dense[name], bias: false, Initializer.Normal((float)(factor / Math.Sqrt(from))));
        _in = Layer(config.IsGated ? "wi_0" : "wi", c, inner);
        _linearIn = config.IsGated ? Layer("wi_1", c, inner) : null;
        _out = Layer("wo", inner, c);
    }

    /// <summary>[b, n, c] to the same shape.</summary>
    public Tensor Forward(Tensor x, Tensor bias, bool causal, Tensor? context)
    {
        using Scope scope = new();
        Tensor h = _selfNorm.Forward(x);
        x = _self.Forward(h, h, bias, residual: x, causal);
        if (_cross is not null && context is not null)
            x = _cross.Forward(_crossNorm!.Forward(x), context, null, residual: x);
        h = _norm.Forward(x);
        h = _linearIn is null ? _in.Forward(h).Relu() : _in.Forward(h).GeluTanh() * _linearIn.Forward(h);  // [b, n, inner]
        return scope.Keep(_out.Forward(h, residual: x));
    }
}
