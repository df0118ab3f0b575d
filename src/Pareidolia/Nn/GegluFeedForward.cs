using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// Two linear layers with a gate between (https://arxiv.org/abs/2002.05202), four times as wide inside; keys <c>net.0.proj</c> and <c>net.2</c>.
/// </summary>
internal sealed class GegluFeedForward(int channels, WeightScope weights)
{
    private const int TokensAtOnce = 1024;

    private readonly Linear _in = new(channels, 8 * channels, weights["net.0.proj"]);
    private readonly Linear _out = new(4 * channels, channels, weights["net.2"]);

    /// <summary>[b, n, c] to the same shape, plus the residual.</summary>
    public Tensor Forward(Tensor x, Tensor residual)
    {
        using Scope scope = new();
        if (Tape.IsRecording || x.Shape[1] < 2 * TokensAtOnce)
            return scope.Keep(Part(x, residual));
        // What is inside is twelve times as wide: of a large picture it is never there as a whole.
        List<Tensor> parts = [];
        for (int start = 0; start < x.Shape[1]; start += TokensAtOnce)
        {
            int count = Math.Min(TokensAtOnce, x.Shape[1] - start);
            Tensor some = x.Slice(1, start, count), kept = residual.Slice(1, start, count);
            parts.Add(Part(some, kept).After(some).After(kept));
        }
        return scope.Keep(Tensor.Concat(1, [.. parts]));
    }

    private Tensor Part(Tensor x, Tensor residual)
    {
        using Scope scope = new();
        Tensor wide = _in.Forward(x);                                                                   // [b, n, 8 c]
        return scope.Keep(_out.Forward(wide.Geglu().After(wide), residual));                            // [b, n, 4 c], [b, n, c]
    }
}
