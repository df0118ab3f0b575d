using System.Runtime.Intrinsics;

namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    internal override void Fill(Operand y, double value)
    {
        if (y.Count <= LaneWorkers.Grain)
        {
            base.Fill(y, value);
            return;
        }
        // The first element, in y's type, is repeated over the rest.
        base.Fill(y with { Shape = [1] }, value);
        Strides repeated = default, run = default;
        run[0] = 1;
        int rest = checked((int)(y.Count - 1));
        CopyBox(y, new Box(0, repeated), y, new Box(1, run), [rest]);
    }

    internal override void Convert(Operand x, Operand y)
    {
        int tasks = LaneWorkers.Pieces(x.Count, LaneWorkers.Grain);
        switch (x.Type, y.Type)
        {
            case (DType.F16, DType.F32): LaneWorkers.Run(tasks, new Widening<HalfFormat>((ushort*)x.Address, y.Pointer, x.Count)); break;
            case (DType.BF16, DType.F32): LaneWorkers.Run(tasks, new Widening<BrainFormat>((ushort*)x.Address, y.Pointer, x.Count)); break;
            case (DType.F32, DType.F16): LaneWorkers.Run(tasks, new Narrowing<HalfFormat>(x.Pointer, (ushort*)y.Address, x.Count)); break;
            case (DType.F32, DType.BF16): LaneWorkers.Run(tasks, new Narrowing<BrainFormat>(x.Pointer, (ushort*)y.Address, x.Count)); break;
            case (DType.F32, DType.F32): CopyBox(x, new Box(0, Tensor.StridesOf(x.Shape)), y, new Box(0, Tensor.StridesOf(x.Shape)), x.Shape); break;
            case (DType.Q8, DType.F32): StoredFormats.Run(DType.Q8, new StoredFloats(x, y)); break;
            case (DType.F32, DType.Q8) when x.Count > 0 && x.Shape.Rank > 0:
                Workers.Run(x.Shape[0], new QuantiseRows(x, y, checked((int)(x.Count / x.Shape[0]))));
                break;
            case (DType.F32, DType.BF16Panels) when Vector512.IsHardwareAccelerated: Workers.Run(x.Shape[0] / DTypes.PanelSide, new PackPanels(x, y)); break;
            default: base.Convert(x, y); break;
        }
    }

    internal override void CopyBox(Operand x, Box from, Operand y, Box to, Shape extents)
    {
        if (extents.Count == 0)
            return;
        LoopNest nest = new(extents, from.Strides, to.Strides);
        switch (x.Type.Size())
        {
            case 1: Copy((byte*)x.Address + from.Offset, (byte*)y.Address + to.Offset, nest); break;
            case 2: Copy((ushort*)x.Address + from.Offset, (ushort*)y.Address + to.Offset, nest); break;
            case 4: Copy((uint*)x.Address + from.Offset, (uint*)y.Address + to.Offset, nest); break;
            default: Copy((ulong*)x.Address + from.Offset, (ulong*)y.Address + to.Offset, nest); break;
        }
    }

    private static void Copy<T>(T* x, T* y, LoopNest nest)
        where T : unmanaged
    {
        int inner = nest.Rank - 1;
        for (int axis = 0; axis < inner; axis++)
            if (nest.First(axis) == 1 && nest.First(inner) != 1 && nest.Second(inner) == 1)
            {
                TileCopies<T> tiles = new(nest.WithInnermost(axis).WithInnermost(inner - 1), x, y);
                Workers.Run(tiles.Tasks, tiles);
                return;
            }
        RowCopies<T> rows = new(nest, x, y);
        Workers.Run(rows.Tasks, rows);
    }
}
