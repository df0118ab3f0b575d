namespace Pareidolia.Weights;

/// <summary>
/// How the elements of a stored tensor are written, little-endian. The order is that of the format's own library, which lays
/// tensors out from the last type to the first, so that wide elements come first and every tensor stays aligned.
/// </summary>
public enum SafetensorsType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned byte.</summary>
    U8,

    /// <summary>Signed byte.</summary>
    I8,

    /// <summary>8-bit float: 5 exponent bits, 2 mantissa bits.</summary>
    F8E5M2,

    /// <summary>8-bit float: 4 exponent bits, 3 mantissa bits, no infinities.</summary>
    F8E4M3,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>The upper half of a single-precision float.</summary>
    BF16,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>IEEE single precision.</summary>
    F32,

    /// <summary>IEEE double precision.</summary>
    F64,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,
}

/// <summary>Names and sizes of <see cref="SafetensorsType"/>.</summary>
public static class SafetensorsTypes
{
    private static readonly (string Name, int Size)[] Table =
    [
        ("BOOL", 1), ("U8", 1), ("I8", 1), ("F8_E5M2", 1), ("F8_E4M3", 1), ("I16", 2), ("U16", 2), ("F16", 2), ("BF16", 2),
        ("I32", 4), ("U32", 4), ("F32", 4), ("F64", 8), ("I64", 8), ("U64", 8),
    ];

    /// <summary>Bytes of one element: 1, 2, 4 or 8.</summary>
    public static int Size(this SafetensorsType type) => Table[(int)type].Size;

    /// <summary>The name in a file's header: F32, BF16, F8_E4M3 ...</summary>
    public static string FormatName(this SafetensorsType type) => Table[(int)type].Name;

    /// <summary>All names, for messages.</summary>
    internal static string KnownNames { get; } = string.Join(", ", Table.Select(row => row.Name));

    /// <summary>The type of a header name, or null where the name is not known.</summary>
    internal static SafetensorsType? FromFormatName(string? name)
    {
        int index = Array.FindIndex(Table, row => row.Name == name);
        return index < 0 ? null : (SafetensorsType)index;
    }
}
