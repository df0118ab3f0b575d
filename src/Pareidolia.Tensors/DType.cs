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

    /// <summary>
    /// Weights of 8 bits: signed integers, and behind them one float for each row of the first axis, by which the row is multiplied. A row's largest
    /// magnitude is 127. Only <see cref="F32"/> converts to it and back; linear layers, convolutions and tables read it.
    /// </summary>
    Q8,
}

/// <summary>Sizes of the element types.</summary>
public static class DTypes
{
    private const int FactorAlignment = 64;

    /// <summary>Bytes per element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.I8 or DType.Q8 => 1,
        DType.F16 or DType.BF16 => 2,
        DType.F32 or DType.I32 => 4,
        DType.I64 => 8,
        _ => throw new TensorException($"dtype: {type} is not a known element type"),
    };

    /// <summary>Bytes of a whole tensor; of <see cref="DType.Q8"/> with the rows' factors.</summary>
    public static long Bytes(this DType type, Shape shape) =>
        type == DType.Q8 ? FactorsAt(shape.Count) + (sizeof(float) * (long)(shape.Rank == 0 ? 1 : shape[0])) : shape.Count * type.Size();

    /// <summary>Where the factors of so many <see cref="DType.Q8"/> elements begin.</summary>
    internal static long FactorsAt(long count) => (count + FactorAlignment - 1) / FactorAlignment * FactorAlignment;
}
