namespace Pareidolia.Tensors;

/// <summary>What a device sees of a tensor: where its contiguous elements begin (in the device's own memory), how many, of what type.</summary>
/// <param name="Address">First element, 64-byte aligned for whole buffers; 0 stands for "absent" in optional arguments.</param>
/// <param name="Shape">Extents; row-major, innermost contiguous.</param>
/// <param name="Type">Element type.</param>
public readonly record struct Operand(nint Address, Shape Shape, DType Type)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>Whether an optional operand was given.</summary>
    public bool Exists => Address != 0;

    /// <summary>The elements as floats. Host memory only; <see cref="DType.F32"/> only; at most 2^31-1 elements.</summary>
    public unsafe Span<float> Floats => Elements<float>(DType.F32);

    /// <summary>The elements as 32-bit integers.</summary>
    public Span<int> Ints => Elements<int>(DType.I32);

    /// <summary>The first element. Host memory only.</summary>
    internal unsafe float* Pointer => (float*)Address;

    private unsafe Span<T> Elements<T>(DType expected)
        where T : unmanaged
    {
        if (Type != expected)
            throw new TensorException($"operand: a {Type} operand {Shape} was read as {expected}");
        return new Span<T>((void*)Address, checked((int)Count));
    }
}
