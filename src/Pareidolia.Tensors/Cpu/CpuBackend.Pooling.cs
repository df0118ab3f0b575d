using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    internal override void MaxPool(Operand x, Operand y, ConvGeometry geometry) =>
        LaneWorkers.Run(y.Shape[0] * y.Shape[1], new PoolRows<Pairs.Maximum>(
            PoolLayout.Of(x.Shape, y.Shape, geometry), x.Pointer, y.Pointer, float.NegativeInfinity, 1));

    internal override void MaxPoolGradient(Operand x, Operand y, Operand g, Operand dx, ConvGeometry geometry)
    {
        MaxPoolGradientStrips strips = new(PoolLayout.Of(x.Shape, y.Shape, geometry), x.Pointer, y.Pointer, g.Pointer, dx.Pointer);
        LaneWorkers.Run(strips.Tasks, strips);
    }

    internal override void AvgPool(Operand x, Operand y, ConvGeometry geometry) =>
        LaneWorkers.Run(y.Shape[0] * y.Shape[1], new PoolRows<Pairs.Add>(
            PoolLayout.Of(x.Shape, y.Shape, geometry), x.Pointer, y.Pointer, 0, Share(geometry)));

    internal override void AvgPoolGradient(Operand g, Operand dx, ConvGeometry geometry) =>
        LaneWorkers.Run(dx.Shape[0] * dx.Shape[1], new AvgPoolGradientRows(
            PoolLayout.Of(dx.Shape, g.Shape, geometry), g.Pointer, dx.Pointer, Share(geometry)));

    private static float Share(ConvGeometry geometry) => 1f / (geometry.KernelH * geometry.KernelW);
}
