using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// Two linear layers with a gate between (https://arxiv.org/abs/2002.05202), four times as wide inside; keys <c>net.0.proj</c> and <c>net.2</c>.
/// </summary>
internal sealed class GegluFeedForward(int channels, WeightScope weights)
{
    private readonly Linear _in = new(channels, 8 * channels, weights["net.0.proj"]);
    private readonly Linear _out = new(4 * channels, channels, weights["net.2"]);

    /// <summary>[b, n, c] to the same shape, plus the residual.</summary>
    public Tensor Forward(Tensor x, Tensor residual)
    {
        using Scope scope = new();
        return scope.Keep(_out.Forward(_in.Forward(x).Geglu(), residual));                              // [b, n, 8 c], [b, n, 4 c], [b, n, c]
    }
}
