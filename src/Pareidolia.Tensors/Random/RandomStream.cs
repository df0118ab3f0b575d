namespace Pareidolia.Tensors.Random;

/// <summary>
/// A named, exact stream of random numbers: what a picture's noise is drawn from. The same seed gives the same bytes on every
/// machine. A stream is a sequence: not for use by two threads at once.
/// </summary>
public abstract class RandomStream
{
    /// <summary>Fills <paramref name="destination"/> with standard normals (mean 0, deviation 1).</summary>
    public abstract void Randn(Span<float> destination);

    /// <summary>All that decides the numbers to come, as bytes; <see cref="RestoreState"/> continues from there.</summary>
    public abstract byte[] SaveState();

    /// <summary>Continues where <see cref="SaveState"/> was called.</summary>
    /// <exception cref="ArgumentException">The bytes are not a state of this kind of stream.</exception>
    public abstract void RestoreState(ReadOnlySpan<byte> state);
}
