using System.Buffers.Binary;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

/// <summary>Element types into each other: to nearest, ties to even, integers saturating.</summary>
public sealed class ConversionTests
{
    [Theory]
    [InlineData(1f, 0x3C00)]
    [InlineData(1.00048828125f, 0x3C00)]         // half way between 1 and its upper neighbour: to the even one
    [InlineData(1.00146484375f, 0x3C02)]         // half way between two others: up to the even one
    [InlineData(65504f, 0x7BFF)]
    [InlineData(65520f, 0x7C00)]
    [InlineData(5.9604645e-8f, 0x0001)]
    [InlineData(2.9802322e-8f, 0x0000)]
    [InlineData(-0f, 0x8000)]
    [InlineData(float.NegativeInfinity, 0xFC00)]
    public void F16_is_the_nearest(float value, int bits) => Assert.Equal(bits, Bits(value, DType.F16));

    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(1.00390625f, 0x3F80)]
    [InlineData(1.01171875f, 0x3F82)]
    [InlineData(3.4028235e38f, 0x7F80)]
    [InlineData(float.PositiveInfinity, 0x7F80)]
    [InlineData(-1e-45f, 0x8000)]
    public void BF16_is_the_nearest(float value, int bits) => Assert.Equal(bits, Bits(value, DType.BF16));

    [Theory]
    [InlineData(DType.F16)]
    [InlineData(DType.BF16)]
    public void NaN_stays_NaN(DType type) => Assert.True(float.IsNaN(Through(BitConverter.Int32BitsToSingle(0x7F800001), type)));

    [Theory]
    [InlineData(DType.I8, 2.5f, 2)]
    [InlineData(DType.I8, -3.5f, -4)]
    [InlineData(DType.I8, 300, 127)]
    [InlineData(DType.I8, float.NegativeInfinity, -128)]
    [InlineData(DType.I32, 3e9f, 2147483648f)]
    [InlineData(DType.I32, float.NaN, 0)]
    [InlineData(DType.I64, -1e30f, -9.2233720368547758e18f)]
    public void Integers_round_to_even_and_saturate(DType type, float value, float expected) => Assert.Equal(expected, Through(value, type));

    private static float Through(float value, DType type)
    {
        using Scope scope = new();
        float reference = Tensor.From([value], [1], Backend.Reference).To(type).Item();
        float cpu = Tensor.From([value], [1], Backend.Cpu).To(type).Item();
        Assert.Equal(reference, cpu);
        return reference;
    }

    private static int Bits(float value, DType type)
    {
        using Scope scope = new();
        Tensor narrow = Tensor.From([value], [1], Backend.Cpu).To(type);
        byte[] bytes = new byte[2];
        narrow.Device.Download(narrow.Operand.Address, bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }
}
