using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>dx [rows, 2n] of y = v gelu(u), where v is the first half of a row and u the second: dv = g gelu(u), du = g v gelu'(u).</summary>
internal readonly unsafe struct GegluGradientRows(float* x, float* g, float* dx, int rows, int n, int perTask) : ILaneWork
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int last = Math.Min(rows, (task + 1) * perTask);
        for (int row = task * perTask; row < last; row++)
        {
            float* from = x + 2L * n * row;
            float* gradient = g + (long)n * row;
            float* to = dx + 2L * n * row;
            int i = 0;
            for (; i <= n - V.Count; i += V.Count)
            {
                Apply(V.Load(from + i), V.Load(from + n + i), V.Load(gradient + i), out V dv, out V du);
                dv.Store(to + i);
                du.Store(to + n + i);
            }
            if (i < n)
            {
                Apply(Lanes.LoadPart<V>(from + i, n - i), Lanes.LoadPart<V>(from + n + i, n - i), Lanes.LoadPart<V>(gradient + i, n - i), out V dv, out V du);
                Lanes.StorePart(dv, to + i, n - i);
                Lanes.StorePart(du, to + n + i, n - i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Apply<V>(V v, V u, V g, out V dv, out V du)
        where V : unmanaged, ILanes<V>
    {
        V phi = LaneMath.Normal(u, out V density);
        dv = g * u * phi;
        du = g * v * V.MulAdd(u, density, phi);
    }
}
