namespace Pareidolia.Tensors;

/// <summary>
/// While one is open on a thread, matrix products and convolutions of this thread, and their gradients, may round their inputs to bfloat16 (8 bits of
/// precision, the range of float32); sums stay float32. They do so where the processor gains by it, and results then depend on whether it does, but not on
/// the number of threads.
/// <code>
/// using ReducedPrecision half = new();
/// Tensor y = network.Forward(x);
/// </code>
/// </summary>
public sealed class ReducedPrecision : IDisposable
{
    [ThreadStatic]
    private static int s_open;

    private readonly bool _allowed;

    /// <summary>Opens one; it ends on the thread that opened it.</summary>
    /// <param name="allowed">False makes one that changes nothing, for callers who let a setting decide.</param>
    public ReducedPrecision(bool allowed = true)
    {
        _allowed = allowed;
        if (allowed)
            s_open++;
    }

    /// <summary>Whether this processor gains by it; where not, products stay in float32.</summary>
    public static bool IsSupported => Cpu.Emitted.Bf16Unit.IsSupported;

    /// <summary>Whether it has tile units: then even 3x3 convolutions gain, and weights may lie in their order (<see cref="DType.BF16Panels"/>).</summary>
    public static bool HasTiles => Cpu.Emitted.Bf16Unit.HasTiles;

    internal static bool IsAllowed => s_open > 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_allowed)
            s_open--;
    }
}
