namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    internal override void Softmax(Operand x, Operand y, bool log)
    {
        if (x.Count == 0)
            return;
        int n = x.Shape[-1], rows = (int)(x.Count / n), perTask = RowsPerTask(n);
        LaneWorkers.RunGrouped(LaneWorkers.Pieces(rows, perTask), new SoftmaxRows(x.Pointer, y.Pointer, rows, n, perTask, log));
    }

    internal override void SoftmaxGradient(Operand y, Operand g, Operand dx, bool log)
    {
        if (y.Count == 0)
            return;
        int n = y.Shape[-1], rows = (int)(y.Count / n), perTask = RowsPerTask(n);
        LaneWorkers.RunGrouped(LaneWorkers.Pieces(rows, perTask), new SoftmaxGradientRows(y.Pointer, g.Pointer, dx.Pointer, rows, n, perTask, log));
    }
}
