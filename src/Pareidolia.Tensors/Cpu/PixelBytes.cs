using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Rows of floats [pixels, channels] as bytes, each row with a factor and a shift of its own.</summary>
/// <param name="start">Room for <see cref="Size"/> bytes.</param>
internal readonly unsafe struct PixelBytes(byte* start, int pixels, int channels)
{
    private const int Alignment = 64;

    public int Channels => channels;

    public byte* Bytes => start;

    /// <summary>What one step of a byte is worth, for each pixel.</summary>
    public float* Factors => (float*)(start + BytesOf(pixels, channels));

    /// <summary>What its zero adds to a sum, for each 1 of the weights' sum.</summary>
    public float* Shifts => Factors + pixels;

    /// <summary>Bytes that so many pixels take.</summary>
    public static long Size(int pixels, int channels) => BytesOf(pixels, channels) + (2L * sizeof(float) * pixels);

    private static long BytesOf(int pixels, int channels) => (((long)pixels * channels) + Alignment - 1) / Alignment * Alignment;
}

/// <summary>Fills <see cref="PixelBytes"/>. One task: some pixels.</summary>
internal readonly unsafe struct QuantisePixels(float* from, PixelBytes to, int pixels, int pixelsAtOnce) : ILaneWork
{
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int end = Math.Min(pixels, (task + 1) * pixelsAtOnce), channels = to.Channels;
        for (int pixel = task * pixelsAtOnce; pixel < end; pixel++)
        {
            float* row = from + ((long)pixel * channels);
            (float least, float largest) = Reach<V>(row, channels);
            RowScale scale = RowScale.Of(least, largest);
            (to.Factors[pixel], to.Shifts[pixel]) = (scale.Factor, scale.Shift);
            Narrow(row, channels, scale.Inverse, (int)scale.Zero, to.Bytes + ((long)pixel * channels));
        }
    }

    // The least and the largest number; a comparison of floats has no rounding, so lanes may meet in any order.
    private static (float Least, float Largest) Reach<V>(float* row, int count)
        where V : unmanaged, ILanes<V>
    {
        // Two of each, because one has to wait for itself.
        V least = V.Of(0), largest = least, least2 = least, largest2 = least;
        int i = 0;
        for (; i <= count - (2 * V.Count); i += 2 * V.Count)
        {
            V x = V.Load(row + i), next = V.Load(row + i + V.Count);
            (least, largest) = (V.Min(least, x), V.Max(largest, x));
            (least2, largest2) = (V.Min(least2, next), V.Max(largest2, next));
        }
        (float low, float high) = (-(-V.Min(least, least2)).Largest(), V.Max(largest, largest2).Largest());
        for (; i < count; i++)
            (low, high) = (Math.Min(low, row[i]), Math.Max(high, row[i]));
        return (low, high);
    }

    // round(x inverse) + zero, at most 255; it is never below 0, because the least number rounds as the zero does.
    private static void Narrow(float* row, int count, float inverse, int zero, byte* bytes)
    {
        int i = 0;
        if (Avx512F.IsSupported)
            for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                Vector512<int> steps = Avx512F.ConvertToVector512Int32(Vector512.Load(row + i) * inverse) + Vector512.Create(zero);
                Avx512F.ConvertToVector128ByteWithSaturation(steps.AsUInt32()).Store(bytes + i);
            }
        for (; i <= count - 16; i += 16)
            Vector128.Narrow(Steps(row + i, inverse, zero).AsUInt16(), Steps(row + i + 8, inverse, zero).AsUInt16()).Store(bytes + i);
        for (; i < count; i++)
            bytes[i] = (byte)Math.Clamp((int)MathF.Round(row[i] * inverse) + zero, 0, 255);
    }

    private static Vector128<short> Steps(float* row, float inverse, int zero)
    {
        Vector128<int> first = Vector128.ConvertToInt32(Vector128.Round(Vector128.Load(row) * inverse));
        Vector128<int> second = Vector128.ConvertToInt32(Vector128.Round(Vector128.Load(row + 4) * inverse));
        return Vector128.Min(Vector128.Narrow(first + Vector128.Create(zero), second + Vector128.Create(zero)), Vector128.Create((short)255));
    }
}
