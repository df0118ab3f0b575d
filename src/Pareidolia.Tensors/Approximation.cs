namespace Pareidolia.Tensors;

/// <summary>
/// While one is open on a thread, ops of this thread may take algorithms that do less arithmetic and round a little more: 3x3 convolutions then
/// err by some 1e-6 of their size instead of 1e-7. Results still depend neither on the number of threads nor on the machine.
/// <code>
/// using Approximation fast = new();
/// Tensor y = network.Forward(x);
/// </code>
/// </summary>
public sealed class Approximation : IDisposable
{
    [ThreadStatic]
    private static int s_open;

    private readonly bool _allowed;

    /// <summary>Opens one; it ends on the thread that opened it.</summary>
    /// <param name="allowed">False makes one that changes nothing, for callers who let a setting decide.</param>
    public Approximation(bool allowed = true)
    {
        _allowed = allowed;
        if (allowed)
            s_open++;
    }

    internal static bool IsAllowed => s_open > 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_allowed)
            s_open--;
    }
}
