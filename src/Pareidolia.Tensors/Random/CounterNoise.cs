using System.Numerics;
using System.Runtime.InteropServices;

namespace Pareidolia.Tensors.Random;

/// <summary>
/// Uniform numbers that follow from a key and their own place alone, so that they come fast and on any number of threads: a bijective hash of the
/// place (the finaliser of MurmurHash3). Good enough for stand-ins of weights; a picture's noise comes from elsewhere.
/// </summary>
internal static class CounterNoise
{
    private const int Grain = 1 << 20;

    /// <summary>Fills with numbers in -bound..bound.</summary>
    public static unsafe void Fill(Span<float> values, ulong key, float bound)
    {
        int count = values.Length;
        fixed (float* start = values)
        {
            nint address = (nint)start;
            Parallel.For(0, (count + Grain - 1) / Grain, part =>
            {
                int first = part * Grain;
                FillPart(new Span<float>((float*)address + first, Math.Min(Grain, count - first)), first, key, bound);
            });
        }
    }

    private static void FillPart(Span<float> values, int first, ulong key, float bound)
    {
        float scale = bound / -(float)int.MinValue;
        Span<Vector<float>> whole = MemoryMarshal.Cast<float, Vector<float>>(values);
        Vector<uint> places = Vector.CreateSequence((uint)first, 1u), step = new((uint)Vector<uint>.Count);
        for (int i = 0; i < whole.Length; i++, places += step)
            whole[i] = Vector.ConvertToSingle(Vector.AsVectorInt32(Mixed(places, key))) * scale;
        for (int i = whole.Length * Vector<float>.Count; i < values.Length; i++)
            values[i] = (int)Mixed(new Vector<uint>((uint)(first + i)), key)[0] * scale;
    }

    private static Vector<uint> Mixed(Vector<uint> place, ulong key)
    {
        Vector<uint> x = (place * 0x9E3779B9u) + new Vector<uint>((uint)key);
        x = (x ^ (x >>> 16)) * 0x85EBCA6Bu;
        x ^= new Vector<uint>((uint)(key >> 32));
        x = (x ^ (x >>> 13)) * 0xC2B2AE35u;
        return x ^ (x >>> 16);
    }
}
