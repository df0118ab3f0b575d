namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    internal override void GridSample(Operand x, Operand grid, Operand y, GridSampleSettings settings)
    {
        GridSampleCall call = new(x, grid, settings);
        LaneWorkers.Run(call.Rows, new GridSampleRows(call, y.Pointer));
    }

    internal override void GridSampleGradient(Operand x, Operand grid, Operand g, Operand dx, Operand dgrid, GridSampleSettings settings)
    {
        GridSampleCall call = new(x, grid, settings);
        LaneWorkers.RunGrouped(call.Rows, new GridPointGradientRows(call, g.Pointer, dgrid.Pointer));
        LaneWorkers.Run(call.StripTasks, new GridPictureGradientStrips(call, g.Pointer, dx.Pointer));
    }
}
