using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>y = op(x) over contiguous elements. Tails pass through the same operator as whole registers, so that no result depends on its place.</summary>
internal readonly unsafe struct UnarySweep<TOp>(TOp op, float* x, float* y, long count) : ILaneWork
    where TOp : struct, IUnaryOperator
{
    private readonly TOp _op = op;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        long start = (long)task * LaneWorkers.Grain;
        int n = (int)Math.Min(LaneWorkers.Grain, count - start);
        float* from = x + start;
        float* to = y + start;
        for (int i = 0; i < n; i += V.Count)
            Lanes.Store(_op.Apply(Lanes.Load<V>(from + i, n - i)), to + i, n - i);
    }
}

/// <summary>y = op(a, b) over a loop nest of a and b whose inner strides are 0 or 1; y is contiguous.</summary>
internal readonly unsafe struct BinarySweep<TOp>(TOp op, LoopNest nest, float* a, float* b, float* y) : ILaneWork
    where TOp : struct, IBinaryOperator
{
    private readonly TOp _op = op;
    private readonly LoopNest _nest = nest;

    // Long rows are cut, short ones gathered.
    private int Segments => LaneWorkers.Pieces(_nest.Length, LaneWorkers.Grain);

    private long RowsPerTask => Math.Max(1, LaneWorkers.Grain / _nest.Length);

    public int Tasks => LaneWorkers.Pieces(_nest.Rows, RowsPerTask) * Segments;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        long first = task / Segments * RowsPerTask, last = Math.Min(_nest.Rows, first + RowsPerTask);
        long start = (long)(task % Segments) * LaneWorkers.Grain;
        int n = (int)Math.Min(LaneWorkers.Grain, _nest.Length - start);
        long stepA = _nest.First(_nest.Rank - 1), stepB = _nest.Second(_nest.Rank - 1);
        LoopNest.Turn turn = _nest.At(first);
        for (long row = first; row < last; row++)
        {
            Row<V>(a + turn.First + start * stepA, stepA != 0, b + turn.Second + start * stepB, stepB != 0, y + row * _nest.Length + start, n);
            turn.Next();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Row<V>(float* a, bool moveA, float* b, bool moveB, float* y, int n)
        where V : unmanaged, ILanes<V>
    {
        V left = V.Of(*a), right = V.Of(*b);
        for (int i = 0; i < n; i += V.Count)
        {
            if (moveA)
                left = Lanes.Load<V>(a + i, n - i);
            if (moveB)
                right = Lanes.Load<V>(b + i, n - i);
            Lanes.Store(_op.Apply(left, right), y + i, n - i);
        }
    }
}
