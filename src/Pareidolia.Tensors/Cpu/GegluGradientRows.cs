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
            for (int i = 0; i < n; i += V.Count)
            {
                V v = Lanes.Load<V>(from + i, n - i), u = Lanes.Load<V>(from + n + i, n - i), g = Lanes.Load<V>(gradient + i, n - i);
                V phi = LaneMath.Normal(u, out V density);
                Lanes.Store(g * u * phi, to + i, n - i);
                Lanes.Store(g * v * V.MulAdd(u, density, phi), to + n + i, n - i);
            }
        }
    }
}
