using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pareidolia.Tensors.Kernels;

/// <summary>Sums of long rows: short runs in float, the runs in double, in an order that the length alone decides.</summary>
internal static unsafe class LaneSum
{
    // Terms that a lane adds up before it hands over to double.
    private const int Run = 32;

    /// <summary>Sum of map(a[i], b[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Of<V, TMap>(TMap map, float* a, float* b, long n)
        where V : unmanaged, ILanes<V>
        where TMap : struct, IBinaryOperator
    {
        double* sums = stackalloc double[Lanes.Count];
        new Span<double>(sums, Lanes.Count).Clear();
        for (long start = 0; start < n; start += Run * V.Count)
        {
            long end = Math.Min(n, start + Run * V.Count);
            V even = V.Of(0), odd = V.Of(0);
            for (long i = start; i < end; i += 2 * V.Count)
            {
                even += Lanes.Keep(map.Apply(Lanes.Load<V>(a + i, end - i), Lanes.Load<V>(b + i, end - i)), end - i);
                long j = i + V.Count;
                if (j < end)
                    odd += Lanes.Keep(map.Apply(Lanes.Load<V>(a + j, end - j), Lanes.Load<V>(b + j, end - j)), end - j);
            }
            (even + odd).AddTo(sums);
        }
        return Total(sums);
    }

    /// <summary>Sum of a[i].</summary>
    [MethodImpl(Lanes.Inline)]
    public static double Of<V>(float* a, long n)
        where V : unmanaged, ILanes<V> => Of<V, First>(default, a, a, n);

    /// <summary>Sum of (a[i] - centre)^2.</summary>
    [MethodImpl(Lanes.Inline)]
    public static double OfSquares<V>(float* a, float centre, long n)
        where V : unmanaged, ILanes<V> => Of<V, CentredSquare>(new CentredSquare(centre), a, a, n);

    /// <summary>Sum of e^(a[i] - largest).</summary>
    [MethodImpl(Lanes.Inline)]
    public static double OfExp<V>(float* a, float largest, long n)
        where V : unmanaged, ILanes<V> => Of<V, ExpOfDistance>(new ExpOfDistance(largest), a, a, n);

    // Halves added to halves.
    [MethodImpl(Lanes.Inline)]
    private static double Total(double* sums)
    {
        Vector512<double> eight = Vector512.Load(sums) + Vector512.Load(sums + 8);
        Vector256<double> four = eight.GetLower() + eight.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two.ToScalar() + two.GetElement(1);
    }

    private readonly struct First : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => a;
    }

    private readonly struct CentredSquare(float centre) : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => (a - V.Of(centre)) * (a - V.Of(centre));
    }

    private readonly struct ExpOfDistance(float from) : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => LaneMath.ExpOrZero(a - V.Of(from));
    }
}
