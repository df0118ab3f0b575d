using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>Two linear layers with GELU (its tanh form) between, four times as wide inside; keys <c>net.0.proj</c> and <c>net.2</c>.</summary>
internal sealed class GeluFeedForward(int channels, WeightScope weights)
{
    private readonly Linear _in = new(channels, 4 * channels, weights["net.0.proj"]);
    private readonly Linear _out = new(4 * channels, channels, weights["net.2"]);

    /// <summary>[b, n, c] to the same shape.</summary>
    public Tensor Forward(Tensor x)
    {
        using Scope scope = new();
        return scope.Keep(_out.Forward(_in.Forward(x).GeluTanh()));
    }
}
