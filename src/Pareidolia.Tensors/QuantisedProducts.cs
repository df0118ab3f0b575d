namespace Pareidolia.Tensors;

/// <summary>
/// While one is open on a thread, linear layers and convolutions of this thread that are large enough multiply in integers of 8 bits: weights with a factor for
/// each output channel, as <see cref="DType.Q8"/> holds them, inputs with a factor and a zero of their own for each row of channels (a token, a pixel), found
/// from the row itself. Sums are exact integers; everything after them is float32. What a tape records stays in float32. Results depend neither on the number
/// of threads nor on what the processor has.
/// <code>
/// using QuantisedProducts bytes = new();
/// Tensor y = network.Forward(x);
/// </code>
/// </summary>
public sealed class QuantisedProducts : IDisposable
{
    // The first and the last convolution of a network have fewer channels, the clock's layers fewer rows: they decide much and cost little.
    private const int LeastRows = 16, LeastDepth = 16, LeastOutputs = 16;

    // 255 x 127 x depth fits into 32 bits.
    private const int MostDepth = 65_536;

    [ThreadStatic]
    private static int s_open;

    [ThreadStatic]
    private static int s_convolutions;

    private readonly bool _allowed;
    private readonly bool _convolutions;

    /// <summary>Opens one; it ends on the thread that opened it.</summary>
    /// <param name="allowed">False makes one that changes nothing, for callers who let a setting decide.</param>
    /// <param name="convolutions">Whether convolutions do so too, not linear layers alone.</param>
    public QuantisedProducts(bool allowed = true, bool convolutions = true)
    {
        (_allowed, _convolutions) = (allowed, allowed && convolutions);
        if (_allowed)
            s_open++;
        if (_convolutions)
            s_convolutions++;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_allowed)
            s_open--;
        if (_convolutions)
            s_convolutions--;
    }

    /// <summary>Whether a linear layer multiplies so: it is allowed, and large enough.</summary>
    /// <param name="rows">Tokens, or pixels of the result.</param>
    /// <param name="depth">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    internal static bool Suit(long rows, int depth, int outputs) =>
        s_open > 0 && rows >= LeastRows && depth is >= LeastDepth and <= MostDepth && outputs >= LeastOutputs;

    /// <summary>The same of a convolution.</summary>
    internal static bool SuitConvolution(long rows, int depth, int outputs) => s_convolutions > 0 && Suit(rows, depth, outputs);
}
