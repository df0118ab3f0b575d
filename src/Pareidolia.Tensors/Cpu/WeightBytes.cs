using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Rows of weights as signed bytes and a factor.</summary>
internal static unsafe class WeightBytes
{
    private const float Largest = 127;

    /// <summary>to = round(row / factor); returns the factor, the largest magnitude / 127.</summary>
    public static float Narrow(float* row, int count, sbyte* to)
    {
        float factor = LargestMagnitude(row, count) / Largest;
        if (!(factor > 0))
        {
            new Span<sbyte>(to, count).Clear();
            return factor;
        }
        int i = 0;
        if (Avx512F.IsSupported)
            for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
                Avx512F.ConvertToVector128SByteWithSaturation(Avx512F.ConvertToVector512Int32(Vector512.Load(row + i) / factor)).Store(to + i);
        for (; i < count; i++)
            to[i] = (sbyte)MathF.Round(row[i] / factor);
        return factor;
    }

    private static float LargestMagnitude(float* row, int count)
    {
        float largest = 0;
        int i = 0;
        if (Vector256.IsHardwareAccelerated && count >= Vector256<float>.Count)
        {
            Vector256<float> all = default;
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
                all = Vector256.Max(all, Vector256.Abs(Vector256.Load(row + i)));
            for (int lane = 0; lane < Vector256<float>.Count; lane++)
                largest = Math.Max(largest, all[lane]);
        }
        for (; i < count; i++)
            largest = Math.Max(largest, Math.Abs(row[i]));
        return largest;
    }
}
