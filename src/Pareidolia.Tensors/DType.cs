namespace Pareidolia.Tensors;

/// <summary>How an element is stored. Arithmetic is in <see cref="F32"/>; the other types are storage, ids and masks.</summary>
public enum DType : byte
{
    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>bfloat16: the upper half of binary32.</summary>
    BF16,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Signed 64-bit integer.</summary>
    I64,
}

/// <summary>Sizes of the element types.</summary>
public static class DTypes
{
    /// <summary>Bytes per element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.I8 => 1,
        DType.F16 or DType.BF16 => 2,
        DType.F32 or DType.I32 => 4,
        DType.I64 => 8,
        _ => throw new TensorException($"dtype: {type} is not a known element type"),
    };
}
