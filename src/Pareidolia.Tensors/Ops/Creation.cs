using System.Runtime.InteropServices;

namespace Pareidolia.Tensors;

public sealed partial class Tensor
{
    /// <summary>A tensor whose elements are not set yet.</summary>
    public static Tensor Empty(Shape shape, Backend? device = null, DType type = DType.F32) =>
        new(new Storage(device ?? Backend.Cpu, type.Bytes(shape)), shape, type);

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(Shape shape, Backend? device = null, DType type = DType.F32) => Full(shape, 0, device, type);

    /// <summary>A tensor of one value.</summary>
    public static Tensor Full(Shape shape, double value, Backend? device = null, DType type = DType.F32)
    {
        Tensor tensor = Empty(shape, device, type);
        tensor.Device.Fill(tensor.Operand, value);
        return tensor;
    }

    /// <summary>A tensor of the given floats, row-major.</summary>
    public static Tensor From(ReadOnlySpan<float> values, Shape shape, Backend? device = null) =>
        FromBytes(MemoryMarshal.AsBytes(values), shape, DType.F32, device);

    /// <summary>A tensor of the given ids.</summary>
    public static Tensor From(ReadOnlySpan<int> values, Shape shape, Backend? device = null) =>
        FromBytes(MemoryMarshal.AsBytes(values), shape, DType.I32, device);

    /// <summary>A tensor of elements as they lie in a file, little-endian.</summary>
    public static Tensor FromBytes(ReadOnlySpan<byte> bytes, Shape shape, DType type, Backend? device = null)
    {
        if (bytes.Length != type.Bytes(shape))
            throw new TensorException($"from: {bytes.Length} bytes do not fill {type} {shape}, which takes {type.Bytes(shape)}");
        Tensor tensor = Empty(shape, device, type);
        tensor.Device.Upload(bytes, tensor.Operand.Address);
        return tensor;
    }
}
