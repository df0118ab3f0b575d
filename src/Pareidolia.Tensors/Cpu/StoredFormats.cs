using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>How weights are stored in fewer bits than they are computed with.</summary>
internal unsafe interface IStoredFormat
{
    /// <summary>to = elements from <paramref name="at"/> on of a row with this factor.</summary>
    static abstract void Widen(nint start, long at, int count, float factor, float* to);
}

/// <summary>16-bit words of a format; rows have no factors.</summary>
internal readonly unsafe struct WordWeights<F> : IStoredFormat
    where F : struct, IWordFormat
{
    public static void Widen(nint start, long at, int count, float factor, float* to)
    {
        if (Vector512.IsHardwareAccelerated)
            Widen<Lanes512>((ushort*)start + at, count, to);
        else
            Widen<LanesNative>((ushort*)start + at, count, to);
    }

    private static void Widen<V>(ushort* from, int count, float* to)
        where V : unmanaged, ILanes<V>
    {
        int i = 0;
        for (; i <= count - V.Count; i += V.Count)
            F.Widen(V.LoadWords(from + i)).Store(to + i);
        if (i == count)
            return;
        ushort* rest = stackalloc ushort[V.Count];
        new ReadOnlySpan<ushort>(from + i, count - i).CopyTo(new Span<ushort>(rest, V.Count));
        Lanes.Store(F.Widen(V.LoadWords(rest)), to + i, count - i);
    }
}

/// <summary>Signed bytes times the factor of their row: <see cref="DType.Q8"/>.</summary>
internal readonly unsafe struct ByteWeights : IStoredFormat
{
    public static void Widen(nint start, long at, int count, float factor, float* to)
    {
        sbyte* from = (sbyte*)start + at;
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
            for (; i <= count - 16; i += 16)
                WidenSixteen(from + i, factor, to + i);
        for (; i < count; i++)
            to[i] = from[i] * factor;
    }

    [MethodImpl(Lanes.Inline)]
    private static void WidenSixteen(sbyte* from, float factor, float* to)
    {
        Vector128<sbyte> bytes = Vector128.Load(from);
        if (Avx512F.IsSupported)
        {
            (Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(bytes)) * factor).Store(to);
            return;
        }
        (Vector128<short> low, Vector128<short> high) = Vector128.Widen(bytes);
        WidenEight(low, factor, to);
        WidenEight(high, factor, to + 8);
    }

    [MethodImpl(Lanes.Inline)]
    private static void WidenEight(Vector128<short> words, float factor, float* to)
    {
        (Vector128<int> low, Vector128<int> high) = Vector128.Widen(words);
        (Vector128.ConvertToSingle(low) * factor).Store(to);
        (Vector128.ConvertToSingle(high) * factor).Store(to + 4);
    }
}

/// <summary>Work that is written for any format.</summary>
internal interface IStoredWork
{
    void Run<E>()
        where E : struct, IStoredFormat;
}

/// <summary>Which format a type is.</summary>
internal static class StoredFormats
{
    public static void Run<T>(DType type, in T work)
        where T : struct, IStoredWork, allows ref struct
    {
        switch (type)
        {
            case DType.F16: work.Run<WordWeights<HalfFormat>>(); break;
            case DType.BF16: work.Run<WordWeights<BrainFormat>>(); break;
            case DType.Q8: work.Run<ByteWeights>(); break;
            default: throw new TensorException($"weights: {type} is not stored in fewer bits");
        }
    }
}
