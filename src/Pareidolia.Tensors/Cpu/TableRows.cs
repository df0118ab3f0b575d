using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>y [n, c] = table [v, c] at ids [n].</summary>
internal readonly unsafe struct GatherRows(float* table, int* ids, float* y, int n, int c) : IWork
{
    private int RowsPerTask => Math.Max(1, LaneWorkers.Grain / Math.Max(1, c));

    public int Tasks => LaneWorkers.Pieces(n, RowsPerTask);

    public void Run(int task)
    {
        int last = Math.Min(n, (task + 1) * RowsPerTask);
        for (int i = task * RowsPerTask; i < last; i++)
            new ReadOnlySpan<float>(table + (long)ids[i] * c, c).CopyTo(new Span<float>(y + (long)i * c, c));
    }
}

/// <summary>table [v, c] += g [n, c] at ids [n]; a task has some columns of all rows, so that equal ids are met in order.</summary>
internal readonly unsafe struct ScatterRows(float* g, int* ids, float* table, int n, int c) : ILaneWork
{
    private const int Columns = 8 * Lanes.Count;

    public int Tasks => LaneWorkers.Pieces(c, Columns);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int start = task * Columns, end = Math.Min(c, start + Columns);
        for (int i = 0; i < n; i++)
        {
            float* from = g + (long)i * c;
            float* to = table + (long)ids[i] * c;
            for (int j = start; j < end; j += V.Count)
                Lanes.Store(Lanes.Load<V>(to + j, end - j) + Lanes.Load<V>(from + j, end - j), to + j, end - j);
        }
    }
}
