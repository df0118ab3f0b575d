using System.Runtime.CompilerServices;

namespace Pareidolia.Tensors.Kernels;

/// <summary>One element out of many by an operator that may meet an element twice: maximum and minimum.</summary>
internal static unsafe class LaneFold
{
    /// <summary>The fold of a[0..n), n at least 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Of<V, TOp>(float* a, long n)
        where V : unmanaged, ILanes<V>
        where TOp : struct, IBinaryOperator
    {
        V folded = V.Of(a[0]);
        long i = 0;
        for (; i <= n - V.Count; i += V.Count)
            folded = default(TOp).Apply(folded, V.Load(a + i));
        if (i < n && n >= V.Count)
            folded = default(TOp).Apply(folded, V.Load(a + n - V.Count));
        else
            for (; i < n; i++)
                folded = default(TOp).Apply(folded, V.Of(a[i]));
        return Across<V, TOp>(folded);
    }

    // The lanes against themselves, turned by half, a quarter, an eighth ...
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Across<V, TOp>(V value)
        where V : unmanaged, ILanes<V>
        where TOp : struct, IBinaryOperator
    {
        float* twice = stackalloc float[2 * V.Count];
        for (int turn = V.Count / 2; turn > 0; turn /= 2)
        {
            value.Store(twice);
            value.Store(twice + V.Count);
            value = default(TOp).Apply(value, V.Load(twice + turn));
        }
        value.Store(twice);
        return twice[0];
    }
}
