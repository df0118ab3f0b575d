using System.Runtime.InteropServices;
using Pareidolia.Tensors;

namespace Pareidolia.Weights;

/// <summary>Tensors out of and into safetensors files.</summary>
public static class TensorFiles
{
    /// <summary>Reads a tensor as float32 (integers as I32), in the file's own axis order.</summary>
    /// <exception cref="PareidoliaException">There is no such tensor, or its type has no arithmetic here.</exception>
    public static Tensor Read(StoredWeights file, string name, Backend? device = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        using Scope scope = new();
        Tensor tensor = file.Load(name, device ?? Backend.Cpu);
        return scope.Keep(tensor.Type is DType.F16 or DType.BF16 ? tensor.To(DType.F32) : tensor.Type is DType.I64 or DType.I8 ? tensor.To(DType.I32) : tensor);
    }

    /// <summary>Reads a tensor as it is stored.</summary>
    internal static Tensor Stored(StoredWeights file, string name, Backend device)
    {
        StoredTensor entry = file.Entry(name);
        Shape shape = new([.. entry.Shape.Select(extent => checked((int)extent))]);
        ReadOnlySpan<byte> bytes = file.Bytes(name);
        return entry.Type switch
        {
            SafetensorsType.F64 => Tensor.From(Array.ConvertAll(MemoryMarshal.Cast<byte, double>(bytes).ToArray(), x => (float)x), shape, device),
            SafetensorsType.U8 or SafetensorsType.Bool => Tensor.From(Array.ConvertAll(bytes.ToArray(), x => (int)x), shape, device),
            _ => Tensor.FromBytes(bytes, shape, Stored(file, entry), device),
        };
    }

    /// <summary>[o, i, kernel..] as [o, kernel.., i].</summary>
    public static Tensor ChannelsLast(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Permute([0, .. Enumerable.Range(2, tensor.Rank - 2), 1]);
    }

    /// <summary>[o, kernel.., i] as [o, i, kernel..].</summary>
    public static Tensor ChannelsFirst(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Permute([0, tensor.Rank - 1, .. Enumerable.Range(1, tensor.Rank - 2)]);
    }

    internal static SafetensorsSource Source(Parameter parameter, SafetensorsType type)
    {
        bool moved = parameter.Layout == WeightLayout.ChannelsFirst && parameter.Tensor.Rank > 2;
        return new SafetensorsSource(parameter.Name, type, ExtentsOf(parameter), stream =>
        {
            using Scope scope = new();
            stream.Write(Bytes(moved ? ChannelsFirst(parameter.Tensor) : parameter.Tensor, type));
        });
    }

    /// <summary>A parameter's extents in checkpoints.</summary>
    internal static long[] ExtentsOf(Parameter parameter)
    {
        Shape shape = parameter.Tensor.Shape;
        bool moved = parameter.Layout == WeightLayout.ChannelsFirst && shape.Rank > 2;
        int[] extents = moved ? [shape[0], shape[-1], .. shape.Skip(1).Take(shape.Rank - 2)] : [.. shape];
        return [.. extents.Select(extent => (long)extent)];
    }

    internal static byte[] Bytes(Tensor tensor, SafetensorsType type)
    {
        float[] values = tensor.ToArray();
        return type switch
        {
            SafetensorsType.F32 => MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
            SafetensorsType.F16 => MemoryMarshal.AsBytes(Array.ConvertAll(values, x => (Half)x).AsSpan()).ToArray(),
            SafetensorsType.BF16 => MemoryMarshal.AsBytes(Array.ConvertAll(values, RoundToBf16).AsSpan()).ToArray(),
            _ => throw new PareidoliaException($"Weights are written as F32, F16 or BF16, not {type.FormatName()}."),
        };
    }

    // Round to nearest even on the upper 16 bits; NaN stays NaN.
    private static ushort RoundToBf16(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return float.IsNaN(x) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static DType Stored(StoredWeights file, StoredTensor entry) => TypeOf(entry.Type) ?? throw new PareidoliaException(
        $"'{file.Location}': tensor '{entry.Name}' is stored as {entry.Type.FormatName()}, which cannot be computed with; F32, F16, BF16, F64 or integers can.");

    /// <summary>The type whose elements are stored so; null where there is none.</summary>
    internal static DType? TypeOf(SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => DType.F32,
        SafetensorsType.F16 => DType.F16,
        SafetensorsType.BF16 => DType.BF16,
        SafetensorsType.I8 => DType.I8,
        SafetensorsType.I32 => DType.I32,
        SafetensorsType.I64 => DType.I64,
        _ => null,
    };
}
