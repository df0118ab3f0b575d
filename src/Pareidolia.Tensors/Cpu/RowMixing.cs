using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// y [outer, m, inner] from x [outer, n, inner]: row j is the sum over t in starts[j]..starts[j + 1] of weights[t] times row rows[t].
/// A row with weight 1 alone is copied.
/// </summary>
internal readonly unsafe struct RowMixing(int* starts, int* rows, float* weights, float* x, float* y, int outer, int n, int m, int inner) : ILaneWork
{
    private int RowsPerTask => Math.Max(1, LaneWorkers.Grain / Math.Max(1, inner));

    public int Tasks => LaneWorkers.Pieces((long)outer * m, RowsPerTask);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        long last = Math.Min((long)outer * m, (task + 1L) * RowsPerTask);
        for (long row = (long)task * RowsPerTask; row < last; row++)
        {
            int j = (int)(row % m), first = starts[j], end = starts[j + 1];
            float* from = x + row / m * n * inner;
            float* to = y + row * inner;
            if (end == first + 1 && weights[first] == 1)
                new ReadOnlySpan<float>(from + (long)rows[first] * inner, inner).CopyTo(new Span<float>(to, inner));
            else
                Mix<V>(from, first, end, to);
        }
    }

    [MethodImpl(Lanes.Inline)]
    private void Mix<V>(float* from, int first, int end, float* to)
        where V : unmanaged, ILanes<V>
    {
        for (int i = 0; i < inner; i += V.Count)
        {
            V sum = V.Of(0);
            for (int t = first; t < end; t++)
                sum = V.MulAdd(Lanes.Load<V>(from + (long)rows[t] * inner + i, inner - i), V.Of(weights[t]), sum);
            Lanes.Store(sum, to + i, inner - i);
        }
    }
}
