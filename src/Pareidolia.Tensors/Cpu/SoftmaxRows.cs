using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Softmax, or its logarithm, of each row of [rows, n], the maximum subtracted.</summary>
internal readonly unsafe struct SoftmaxRows(float* x, float* y, int rows, int n, int perTask, bool log) : ILaneWork
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int last = Math.Min(rows, (task + 1) * perTask);
        for (int row = task * perTask; row < last; row++)
            Row<V>(x + (long)row * n, y + (long)row * n);
    }

    [MethodImpl(Lanes.Inline)]
    private void Row<V>(float* from, float* to)
        where V : unmanaged, ILanes<V>
    {
        float largest = LaneFold.Of<V, Pairs.Maximum>(from, n);
        if (log)
        {
            float total = (float)Math.Log(LaneSum.OfExp<V>(from, largest, n));
            for (int i = 0; i < n; i += V.Count)
                Lanes.Store(Lanes.Load<V>(from + i, n - i) - V.Of(largest) - V.Of(total), to + i, n - i);
            return;
        }
        for (int i = 0; i < n; i += V.Count)
            Lanes.Store(LaneMath.ExpOrZero(Lanes.Load<V>(from + i, n - i) - V.Of(largest)), to + i, n - i);
        float share = (float)(1 / LaneSum.Of<V>(to, n));
        for (int i = 0; i < n; i += V.Count)
            Lanes.Store(Lanes.Load<V>(to + i, n - i) * V.Of(share), to + i, n - i);
    }
}

/// <summary>Softmax: dx = y (g - sum(g y)); its logarithm: dx = g - e^y sum(g).</summary>
internal readonly unsafe struct SoftmaxGradientRows(float* y, float* g, float* dx, int rows, int n, int perTask, bool log) : ILaneWork
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int last = Math.Min(rows, (task + 1) * perTask);
        for (int row = task * perTask; row < last; row++)
            Row<V>(y + (long)row * n, g + (long)row * n, dx + (long)row * n);
    }

    [MethodImpl(Lanes.Inline)]
    private void Row<V>(float* output, float* gradient, float* to)
        where V : unmanaged, ILanes<V>
    {
        V sum = V.Of((float)(log ? LaneSum.Of<V>(gradient, n) : LaneSum.Of<V, Pairs.Multiply>(default, output, gradient, n)));
        for (int i = 0; i < n; i += V.Count)
        {
            V value = Lanes.Load<V>(output + i, n - i), slope = Lanes.Load<V>(gradient + i, n - i);
            Lanes.Store(log ? slope - LaneMath.ExpOrZero(value) * sum : value * (slope - sum), to + i, n - i);
        }
    }
}
