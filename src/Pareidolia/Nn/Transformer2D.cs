using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>What a picture's transformer looks at.</summary>
/// <param name="Heads">Number of attention heads.</param>
/// <param name="Depth">Number of blocks.</param>
/// <param name="ContextChannels">Width of the context's tokens.</param>
/// <param name="Groups">Groups of the norm.</param>
/// <param name="LinearProjection">The projections in and out are stored as linear layers, not as 1x1 convolutions.</param>
/// <param name="OnlyCross">Pixels look at the context in both attentions and never at each other.</param>
internal sealed record TransformerSettings(int Heads, int Depth, int ContextChannels, int Groups, bool LinearProjection, bool OnlyCross = false);

/// <summary>
/// A transformer over the pixels of a feature map that reads a context, plus the input (https://arxiv.org/abs/2112.10752, section 3.3). Keys
/// <c>norm</c>, <c>proj_in</c>, <c>transformer_blocks</c>, <c>proj_out</c>.
/// </summary>
internal sealed class Transformer2D
{
    private const float Eps = 1e-6f;

    private readonly GroupNorm _norm;
    private readonly Func<Tensor, Tensor> _in;
    private readonly TransformerBlock[] _blocks;
    private readonly Func<Tensor, Tensor, Tensor> _out;

    /// <summary>Builds at a place; a new model's begins as the identity.</summary>
    public Transformer2D(int channels, TransformerSettings settings, WeightScope weights)
    {
        _norm = new GroupNorm(settings.Groups, channels, weights["norm"], Eps);
        _blocks = [.. Enumerable.Range(0, settings.Depth).Select(i => new TransformerBlock(channels, settings, weights["transformer_blocks"][i]))];
        if (settings.LinearProjection)
        {
            Linear linear = new(channels, channels, weights["proj_in"]);
            Linear back = new(channels, channels, weights["proj_out"], initializer: Initializer.Zeros);
            (_in, _out) = (x => linear.Forward(x), (x, residual) => back.Forward(x, residual));
        }
        else
        {
            Conv2d conv = new(channels, channels, 1, weights["proj_in"], Window.Unit);
            Conv2d back = new(channels, channels, 1, weights["proj_out"], Window.Unit, initializer: Initializer.Zeros);
            (_in, _out) = (x => conv.Forward(x), (x, residual) => back.Forward(x, residual: residual));
        }
    }

    /// <summary>
    /// x [b, h, w, c], context [b, m, d], bias of the context's scores [b, 1, 1, m] to [b, h, w, c]. <paramref name="apart"/>: pixels do not look at
    /// each other.
    /// </summary>
    public Tensor Forward(Tensor x, Tensor context, Tensor? contextBias, bool apart = false)
    {
        using Scope scope = new();
        Tensor h = _norm.Forward(x);
        h = _in(h).After(h);
        h = h.Reshape(x.Shape[0], -1, x.Shape[3]).After(h);                                             // [b, h w, c]
        foreach (TransformerBlock block in _blocks)
            h = block.Forward(h, context, contextBias, apart).After(h);
        return scope.Keep(_out(h.Reshape([.. x.Shape]), x));                                            // [b, h, w, c]
    }
}
