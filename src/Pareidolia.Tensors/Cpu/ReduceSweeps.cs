using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Sums over pieces of the rows of [outer, n, inner], times a factor: y [outer, pieces, inner]. Rows lie a stride apart; a piece of columns is a task of its own.
/// </summary>
internal readonly unsafe struct ColumnSums(float* x, long stride, float* y, Extent3 e, int pieceRows, double factor) : ILaneWork
{
    // Rows that are added up in float before the sum goes on in double.
    private const int FloatRows = 32;

    private readonly Extent3 _e = e;

    public int Pieces => LaneWorkers.Pieces(_e.N, pieceRows);

    public int Segments => LaneWorkers.Pieces(_e.Inner, LaneWorkers.Grain);

    public int Tasks => _e.Outer * Pieces * Segments;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int place = task / Segments, first = place % Pieces * pieceRows, rows = Math.Min(pieceRows, _e.N - first);
        int start = task % Segments * LaneWorkers.Grain, end = Math.Min(_e.Inner, start + LaneWorkers.Grain);
        float* from = x + ((long)(place / Pieces) * _e.N + first) * stride;
        float* to = y + (long)place * _e.Inner;
        double* sums = stackalloc double[V.Count];
        for (int j = start; j < end; j += V.Count)
        {
            Add<V>(from + j, rows, end - j, sums);
            for (int i = 0; i < Math.Min(V.Count, end - j); i++)
                to[j + i] = (float)(sums[i] * factor);
        }
    }

    [MethodImpl(Lanes.Inline)]
    private void Add<V>(float* from, int rows, int left, double* sums)
        where V : unmanaged, ILanes<V>
    {
        new Span<double>(sums, V.Count).Clear();
        for (int run = 0; run < rows; run += FloatRows)
        {
            int last = Math.Min(rows, run + FloatRows);
            V even = V.Of(0), odd = V.Of(0);
            for (int row = run; row < last; row += 2)
            {
                even += Lanes.Load<V>(from + row * stride, left);
                if (row + 1 < last)
                    odd += Lanes.Load<V>(from + (row + 1) * stride, left);
            }
            (even + odd).AddTo(sums);
        }
    }
}

/// <summary>Sums of the pieces of contiguous rows [rows, n], times a factor: y [rows, pieces].</summary>
internal readonly unsafe struct RowSums(float* x, float* y, long rows, long n, long piece, int perTask, double factor) : ILaneWork
{
    private long Pieces => LaneWorkers.Pieces(n, piece);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        long last = Math.Min(rows * Pieces, (task + 1L) * perTask);
        for (long place = (long)task * perTask; place < last; place++)
        {
            long start = place % Pieces * piece;
            y[place] = (float)(LaneSum.Of<V>(x + place / Pieces * n + start, Math.Min(piece, n - start)) * factor);
        }
    }
}

/// <summary>The extreme of each row of [rows, n].</summary>
internal readonly unsafe struct RowExtremes<TOp>(float* x, float* y, int rows, int n, int perTask) : ILaneWork
    where TOp : struct, IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int last = Math.Min(rows, (task + 1) * perTask);
        for (int row = task * perTask; row < last; row++)
            y[row] = LaneFold.Of<V, TOp>(x + (long)row * n, n);
    }
}

/// <summary>The extreme along n of [outer, n, inner], by pieces of columns.</summary>
internal readonly unsafe struct ColumnExtremes<TOp>(float* x, float* y, Extent3 e, int segment) : ILaneWork
    where TOp : struct, IBinaryOperator
{
    private readonly Extent3 _e = e;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int segments = LaneWorkers.Pieces(_e.Inner, segment), outer = task / segments;
        int start = task % segments * segment, end = Math.Min(_e.Inner, start + segment);
        float* from = x + (long)outer * _e.N * _e.Inner;
        for (int j = start; j < end; j += V.Count)
        {
            V extreme = Lanes.Load<V>(from + j, end - j);
            for (int row = 1; row < _e.N; row++)
                extreme = default(TOp).Apply(extreme, Lanes.Load<V>(from + (long)row * _e.Inner + j, end - j));
            Lanes.Store(extreme, y + (long)outer * _e.Inner + j, end - j);
        }
    }
}

/// <summary>log(sum(exp(x))) of each row of [rows, n].</summary>
internal readonly unsafe struct RowLogSums(float* x, float* y, int rows, int n, int perTask) : ILaneWork
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int last = Math.Min(rows, (task + 1) * perTask);
        for (int row = task * perTask; row < last; row++)
        {
            float* from = x + (long)row * n;
            float largest = LaneFold.Of<V, Pairs.Maximum>(from, n);
            double sum = LaneSum.OfExp<V>(from, largest, n);
            y[row] = float.IsInfinity(largest) ? largest : (float)(largest + Math.Log(sum));
        }
    }
}
