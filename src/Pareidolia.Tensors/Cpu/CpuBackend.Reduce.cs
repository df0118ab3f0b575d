using Pareidolia.Tensors.Kernels;
using Pareidolia.Tensors.Reference;

namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    // A longer sum is cut into pieces; the sums of the pieces are then added up in the same way.
    private const int PieceOfRow = 4 * LaneWorkers.Grain;
    private const int LeastRowsOfPiece = 64;

    internal override void Reduce(ReduceOp op, Operand x, Operand y, Extent3 e)
    {
        switch (op)
        {
            case ReduceOp.Sum: Sum(x.Pointer, y.Pointer, e, 1); break;
            case ReduceOp.Mean: Sum(x.Pointer, y.Pointer, e, 1.0 / e.N); break;
            case ReduceOp.Max when e.N > 0: Extreme<Pairs.Maximum>(x, y, e); break;
            case ReduceOp.Min when e.N > 0: Extreme<Pairs.Minimum>(x, y, e); break;
            case ReduceOp.LogSumExp when e is { N: > 0, Inner: 1 }:
                LaneWorkers.RunGrouped(LaneWorkers.Pieces(e.Outer, RowsPerTask(e.N)), new RowLogSums(x.Pointer, y.Pointer, e.Outer, e.N, RowsPerTask(e.N)));
                break;
            default: base.Reduce(op, x, y, e); break;
        }
    }

    internal override void SumTo(Operand x, Operand y)
    {
        LoopNest nest = new(x.Shape, Tensor.StridesOf(x.Shape), BoxWalk.Stretched(y.Shape, x.Shape).Strides);
        if (x.Count == 0 || !OneRunOfSummedAxes(nest, out Extent3 e))
            base.SumTo(x, y);
        else
            Sum(x.Pointer, y.Pointer, e, 1);
    }

    private void Sum(float* x, float* y, Extent3 e, double factor)
    {
        if (e.Inner == 1)
            SumRows(x, y, e.Outer, e.N, factor);
        else
            SumColumns(x, e.Inner, y, e, factor);
    }

    private void SumRows(float* x, float* y, int rows, long n, double factor)
    {
        int pieces = LaneWorkers.Pieces(n, PieceOfRow);
        int perTask = RowsPerTask(Math.Min(n, PieceOfRow));
        if (pieces <= 1)
        {
            LaneWorkers.RunGrouped(LaneWorkers.Pieces(rows, perTask), new RowSums(x, y, rows, n, Math.Max(1, n), perTask, factor));
            return;
        }
        using Workspace parts = new(this, (long)rows * pieces * sizeof(float));
        LaneWorkers.RunGrouped(LaneWorkers.Pieces((long)rows * pieces, perTask), new RowSums(x, parts.Floats, rows, n, PieceOfRow, perTask, 1));
        SumRows(parts.Floats, y, rows, pieces, factor);
    }

    // Rows of e.Inner columns that lie a stride apart.
    private void SumColumns(float* x, long stride, float* y, Extent3 e, double factor)
    {
        int pieceRows = Math.Max(LeastRowsOfPiece, LaneWorkers.Grain / Math.Max(1, e.Inner));
        ColumnSums whole = new(x, stride, y, e, Math.Max(1, e.N), factor);
        if (e.N <= pieceRows)
        {
            LaneWorkers.Run(e.Outer * whole.Segments, whole);
            return;
        }
        int pieces = LaneWorkers.Pieces(e.N, pieceRows);
        using Workspace parts = new(this, (long)e.Outer * pieces * e.Inner * sizeof(float));
        ColumnSums cut = new(x, stride, parts.Floats, e, pieceRows, 1);
        LaneWorkers.Run(cut.Tasks, cut);
        SumColumns(parts.Floats, e.Inner, y, e with { N = pieces }, factor);
    }

    private static void Extreme<TOp>(Operand x, Operand y, Extent3 e)
        where TOp : struct, IBinaryOperator
    {
        if (e.Inner == 1)
        {
            int perTask = RowsPerTask(e.N);
            LaneWorkers.RunGrouped(LaneWorkers.Pieces(e.Outer, perTask), new RowExtremes<TOp>(x.Pointer, y.Pointer, e.Outer, e.N, perTask));
            return;
        }
        int segment = Math.Max(2 * Lanes.Count, LaneWorkers.Grain / e.N);
        LaneWorkers.Run(e.Outer * LaneWorkers.Pieces(e.Inner, segment), new ColumnExtremes<TOp>(x.Pointer, y.Pointer, e, segment));
    }

    private static int RowsPerTask(long n) => (int)Math.Max(1, LaneWorkers.Grain / Math.Max(1, n));

    // Whether the summed axes are one loop of the nest; then it is a reduction of [outer, n, inner].
    private static bool OneRunOfSummedAxes(LoopNest nest, out Extent3 e)
    {
        long outer = 1, n = 1, inner = 1;
        int runs = 0;
        for (int axis = 0; axis < nest.Rank; axis++)
        {
            bool summed = nest.Second(axis) == 0;
            runs += summed ? 1 : 0;
            outer *= !summed && runs == 0 ? nest.Extent(axis) : 1;
            n *= summed ? nest.Extent(axis) : 1;
            inner *= !summed && runs > 0 ? nest.Extent(axis) : 1;
        }
        e = new Extent3(checked((int)outer), checked((int)n), checked((int)inner));
        return runs <= 1;
    }
}
