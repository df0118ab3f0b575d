using System.Runtime.InteropServices;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors.Cpu;

/// <summary>Operands in host memory for tests that call a device directly; all are released at the end.</summary>
internal sealed unsafe class Operands(int seed) : IDisposable
{
    private readonly System.Random _random = new(seed);
    private readonly List<nint> _addresses = [];

    /// <summary>Uniform numbers in -1..1.</summary>
    public Operand Random(params int[] extents)
    {
        Operand operand = Of(new Shape(extents));
        foreach (ref float value in operand.Floats)
            value = (float)((2 * _random.NextDouble()) - 1);
        return operand;
    }

    /// <summary>The same numbers once more.</summary>
    public Operand Copy(Operand from)
    {
        Operand operand = Of(from.Shape);
        from.Floats.CopyTo(operand.Floats);
        return operand;
    }

    public void Dispose() => _addresses.ForEach(address => NativeMemory.AlignedFree((void*)address));

    /// <summary>Fails unless the largest difference is within rounding of the largest value.</summary>
    public static void AssertClose(Operand expected, Operand actual)
    {
        float largest = 1, difference = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected.Floats[i]));
            difference = float.MaxNumber(difference, Math.Abs(expected.Floats[i] - actual.Floats[i]));
            Assert.False(float.IsNaN(actual.Floats[i]), $"element {i} is not a number");
        }
        Assert.True(difference <= 3e-6f * largest, $"differs by {difference} where the largest value is {largest}");
    }

    private Operand Of(Shape shape)
    {
        nint address = (nint)NativeMemory.AlignedAlloc((nuint)Math.Max(64, shape.Count * sizeof(float)), 64);
        _addresses.Add(address);
        return new Operand(address, shape, DType.F32);
    }
}
