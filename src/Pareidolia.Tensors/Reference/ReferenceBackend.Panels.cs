namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    // y [rows, depths] in the order of panels = x
    private unsafe void ToPanels(Operand x, Operand y)
    {
        Operand rounded = y with { Address = Allocate(DType.BF16.Bytes(x.Shape)), Type = DType.BF16 };
        Convert(x, rounded);
        ReadOnlySpan<ushort> from = new((void*)rounded.Address, checked((int)x.Count));
        Span<ushort> to = new((void*)y.Address, from.Length);
        for (int i = 0; i < from.Length; i++)
            to[PlaceInPanels(i, y.Shape)] = from[i];
        Release(rounded.Address, DType.BF16.Bytes(x.Shape));
    }

    // y = x [rows, depths] in the order of panels
    private static unsafe void FromPanels(Operand x, Operand y)
    {
        Span<float> to = y.Floats;
        ReadOnlySpan<ushort> from = new((void*)x.Address, to.Length);
        for (int i = 0; i < to.Length; i++)
            to[i] = BitConverter.UInt32BitsToSingle((uint)from[PlaceInPanels(i, x.Shape)] << 16);
    }

    private static int PlaceInPanels(int element, Shape shape)
    {
        int depths = checked((int)(shape.Count / shape[0]));
        return checked((int)DTypes.PanelPlace(element / depths, element % depths, depths));
    }
}
