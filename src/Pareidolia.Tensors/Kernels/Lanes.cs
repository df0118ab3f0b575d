using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pareidolia.Tensors.Kernels;

/// <summary>A task written over lanes; whoever runs it picks the registers.</summary>
internal interface ILaneWork
{
    void Run<V>(int task)
        where V : unmanaged, ILanes<V>;
}

/// <summary>What holds for lanes of every width.</summary>
internal static unsafe class Lanes
{
    /// <summary>Floats that kernels compute side by side, on every machine: the grouping of sums is part of their result.</summary>
    public const int Count = 16;

    /// <summary>For what must melt into the loops that call it: a call between two additions costs more than both.</summary>
    public const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    // Data of the assembly, which does not move.
    private static ReadOnlySpan<float> Places => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>All lanes, or where fewer than that are left only those; the others are 0.</summary>
    [MethodImpl(Inline)]
    public static V Load<V>(float* from, long left)
        where V : unmanaged, ILanes<V> => left >= V.Count ? V.Load(from) : V.LoadPart(from, (int)left);

    /// <summary>Stores all lanes, or where fewer than that are left only those.</summary>
    [MethodImpl(Inline)]
    public static void Store<V>(V value, float* to, long left)
        where V : unmanaged, ILanes<V>
    {
        if (left >= V.Count)
            value.Store(to);
        else
            value.StorePart(to, (int)left);
    }

    /// <summary>The lanes that are left; 0 in the others.</summary>
    [MethodImpl(Inline)]
    public static V Keep<V>(V value, long left)
        where V : unmanaged, ILanes<V> => left >= V.Count ? value : value & Mask<V>((int)left);

    /// <summary>The mask of the lanes that are left.</summary>
    [MethodImpl(Inline)]
    public static V Mask<V>(int left)
        where V : unmanaged, ILanes<V> => V.Less(V.Load((float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Places))), V.Of(left));

    /// <summary>The first n lanes one by one, for registers that have no instruction for it; the others are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static V LoadEach<V>(float* from, int n)
        where V : unmanaged, ILanes<V>
    {
        float* lanes = stackalloc float[V.Count];
        V.Of(0).Store(lanes);
        for (int i = 0; i < n; i++)
            lanes[i] = from[i];
        return V.Load(lanes);
    }

    /// <summary>Stores the first n lanes one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StoreEach<V>(V value, float* to, int n)
        where V : unmanaged, ILanes<V>
    {
        float* lanes = stackalloc float[V.Count];
        value.Store(lanes);
        for (int i = 0; i < n; i++)
            to[i] = lanes[i];
    }

    /// <summary>x 2^n by two products with powers of two, so that large, small and subnormal results are rounded once.</summary>
    [MethodImpl(Inline)]
    public static V ScaleByBits<V>(V x, V n)
        where V : unmanaged, ILanes<V>
    {
        V half = V.Floor(n * V.Of(0.5f));
        return x * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    /// <summary>2^n for whole n in -126..127: adding 1.5 2^23 leaves n in the low bits, from where it moves into the exponent.</summary>
    [MethodImpl(Inline)]
    public static V PowerOfTwo<V>(V n)
        where V : unmanaged, ILanes<V> => V.ShiftLeft(n + V.Of(12582912f + 127), 23);

    /// <summary>Sum of four, halves added to halves.</summary>
    [MethodImpl(Inline)]
    public static float Sum(Vector128<float> four)
    {
        Vector128<float> two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
        return (two + Vector128.Shuffle(two, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <summary>Largest of four; NaN if there is one.</summary>
    [MethodImpl(Inline)]
    public static float Largest(Vector128<float> four)
    {
        Vector128<float> two = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Vector128.Max(two, Vector128.Shuffle(two, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
