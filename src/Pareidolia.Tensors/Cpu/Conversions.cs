using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>A 16-bit format seen as lanes: words in the low halves of the bits, and floats.</summary>
internal interface IWordFormat
{
    static abstract V Widen<V>(V words)
        where V : unmanaged, ILanes<V>;

    static abstract V Narrow<V>(V floats)
        where V : unmanaged, ILanes<V>;
}

/// <summary>IEEE 754 binary16.</summary>
internal readonly struct HalfFormat : IWordFormat
{
    /// <summary>A NaN keeps its payload and becomes a quiet one, as in the processor's own conversions.</summary>
    public const int QuietBit = 0x00400000;

    // The exponent's bias differs by 112; a product with 2^112 mends it for subnormal numbers too. Infinities and NaNs get all bits of the exponent.
    [MethodImpl(Lanes.Inline)]
    public static V Widen<V>(V words)
        where V : unmanaged, ILanes<V>
    {
        V magnitude = V.ShiftLeft(words & V.OfBits(0x7FFF), 13);
        V value = magnitude * V.Of(5.19229686e33f);
        V special = V.Less(V.Of(65519), value);
        value = V.Select(special, magnitude | V.OfBits(0x7F800000), value) | V.ShiftLeft(words & V.OfBits(0x8000), 16);
        return V.Select(V.Equal(value, value), value, value | V.OfBits(QuietBit));
    }

    // To nearest even: normal numbers by a carry through the bits, subnormal ones by adding 1/2, which leaves units of 2^-24 in the lowest bits.
    [MethodImpl(Lanes.Inline)]
    public static V Narrow<V>(V floats)
        where V : unmanaged, ILanes<V>
    {
        V magnitude = V.Abs(floats), odd = V.ShiftRight(magnitude, 13) & V.OfBits(1);
        V normal = V.ShiftRight(V.AddBits(V.AddBits(magnitude, V.OfBits(-(112 << 23) + 0xFFF)), odd), 13);
        V small = V.AddBits(magnitude + V.Of(0.5f), V.OfBits(-0x3F000000));
        V words = V.Select(V.Less(magnitude, V.Of(6.10351562e-5f)), small, normal);
        words = V.Select(V.Less(magnitude, V.Of(65520)), words, V.OfBits(0x7C00));
        words = V.Select(V.Equal(floats, floats), words, (V.ShiftRight(magnitude, 13) & V.OfBits(0x3FF)) | V.OfBits(0x7E00));
        return words | (V.ShiftRight(floats, 16) & V.OfBits(0x8000));
    }
}

/// <summary>bfloat16: the upper half of binary32.</summary>
internal readonly struct BrainFormat : IWordFormat
{
    [MethodImpl(Lanes.Inline)]
    public static V Widen<V>(V words)
        where V : unmanaged, ILanes<V>
    {
        V value = V.ShiftLeft(words, 16);
        return V.Select(V.Equal(value, value), value, value | V.OfBits(HalfFormat.QuietBit));
    }

    // To nearest even; a NaN stays one when its low half is cut off.
    [MethodImpl(Lanes.Inline)]
    public static V Narrow<V>(V floats)
        where V : unmanaged, ILanes<V>
    {
        V upper = V.ShiftRight(floats, 16);
        V rounded = V.ShiftRight(V.AddBits(V.AddBits(floats, V.OfBits(0x7FFF)), upper & V.OfBits(1)), 16);
        return V.Select(V.Equal(floats, floats), rounded, upper | V.OfBits(0x40));
    }
}

/// <summary>y (floats) = x (words).</summary>
internal readonly unsafe struct Widening<F>(ushort* x, float* y, long count) : ILaneWork
    where F : struct, IWordFormat
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        ushort* part = stackalloc ushort[V.Count];
        long start = (long)task * LaneWorkers.Grain, end = Math.Min(count, start + LaneWorkers.Grain);
        for (long i = start; i < end; i += V.Count)
        {
            long left = end - i;
            ushort* words = x + i;
            if (left < V.Count)
            {
                new ReadOnlySpan<ushort>(words, (int)left).CopyTo(new Span<ushort>(part, V.Count));
                words = part;
            }
            Lanes.Store(F.Widen(V.LoadWords(words)), y + i, left);
        }
    }
}

/// <summary>y (words) = x (floats).</summary>
internal readonly unsafe struct Narrowing<F>(float* x, ushort* y, long count) : ILaneWork
    where F : struct, IWordFormat
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        ushort* part = stackalloc ushort[V.Count];
        long start = (long)task * LaneWorkers.Grain, end = Math.Min(count, start + LaneWorkers.Grain);
        for (long i = start; i < end; i += V.Count)
        {
            long left = end - i;
            V words = F.Narrow(Lanes.Load<V>(x + i, left));
            words.StoreWords(left >= V.Count ? y + i : part);
            if (left < V.Count)
                new ReadOnlySpan<ushort>(part, (int)left).CopyTo(new Span<ushort>(y + i, (int)left));
        }
    }
}
