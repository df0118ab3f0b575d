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

    /// <summary>
    /// Weights in bfloat16 in the order in which tile units read them, so that layers need not pack them: panels of 32 rows of the first axis, each cut into
    /// steps of 32 elements of the rest, each step 16 pairs of elements for rows 0..15 and then for rows 16..31. The first and the last extent are multiples of 32.
    /// Only <see cref="F32"/> converts to it and back; linear layers and convolutions read it.
    /// </summary>
    BF16Panels,
}

/// <summary>Sizes of the element types.</summary>
public static class DTypes
{
    /// <summary>Rows of a panel, and elements of a step, of <see cref="DType.BF16Panels"/>.</summary>
    internal const int PanelSide = 32;

    private const int FactorAlignment = 64;

    /// <summary>Bytes per element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.I8 or DType.Q8 => 1,
        DType.F16 or DType.BF16 or DType.BF16Panels => 2,
        DType.F32 or DType.I32 => 4,
        DType.I64 => 8,
        _ => throw new TensorException($"dtype: {type} is not a known element type"),
    };

    /// <summary>Bytes of a whole tensor; of <see cref="DType.Q8"/> with the rows' factors.</summary>
    public static long Bytes(this DType type, Shape shape) =>
        type == DType.Q8 ? FactorsAt(shape.Count) + (sizeof(float) * (long)(shape.Rank == 0 ? 1 : shape[0])) : shape.Count * type.Size();

    /// <summary>Whether a tensor of this shape can be stored so.</summary>
    public static bool CanHold(this DType type, Shape shape) =>
        type != DType.BF16Panels || (shape.Rank > 1 && shape[0] % PanelSide == 0 && shape[-1] % PanelSide == 0);

    /// <summary>Whether elements mean nothing one by one: only layers read them.</summary>
    internal static bool IsForLayers(this DType type) => type is DType.Q8 or DType.BF16Panels;

    /// <summary>Where an element of <see cref="DType.BF16Panels"/> lies.</summary>
    /// <param name="row">Of the first axis.</param>
    /// <param name="depth">Which element of the row.</param>
    /// <param name="depths">Elements of a row.</param>
    internal static long PanelPlace(long row, long depth, long depths)
    {
        const int Half = PanelSide / 2;
        long step = (row / PanelSide * (depths / PanelSide)) + (depth / PanelSide);
        long half = row % PanelSide / Half, pair = depth % PanelSide / 2;
        return (((((step * 2) + half) * Half) + pair) * Half + (row % Half)) * 2 + (depth % 2);
    }

    /// <summary>Where the factors of so many <see cref="DType.Q8"/> elements begin.</summary>
    internal static long FactorsAt(long count) => (count + FactorAlignment - 1) / FactorAlignment * FactorAlignment;
}
