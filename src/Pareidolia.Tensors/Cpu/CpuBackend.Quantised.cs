using Pareidolia.Tensors.Reference;

namespace Pareidolia.Tensors.Cpu;

// Products in integers of 8 bits.
internal sealed unsafe partial class CpuBackend
{
    internal override void Conv2dQuantised(Operand x, Operand w, Operand y, ConvGeometry geometry, Epilogue epilogue)
    {
        if (x.Count == 0 || y.Count == 0)
            return;
        using NarrowedWeights narrow = new(this, w);
        int channels = x.Shape[3], pixels = checked((int)(x.Count / channels)), taps = geometry.KernelH * geometry.KernelW, outputs = w.Shape[0];
        using Workspace bytes = new(this, PixelBytes.Size(pixels, channels));
        PixelBytes quantised = new((byte*)bytes.Floats, pixels, channels);
        int atOnce = Math.Max(1, LaneWorkers.Grain / channels);
        LaneWorkers.Run(LaneWorkers.Pieces(pixels, atOnce), new QuantisePixels(x.Pointer, quantised, pixels, atOnce));
        sbyte* weights = (sbyte*)narrow.Bytes.Address;
        // A 1x1 window meets one pixel; a linear layer is that of a picture of one line.
        BytePlan plan = BytePlan.Of(checked((int)(y.Count / outputs)), outputs, taps, channels);
        WeightPanels right = new(weights, (float*)(narrow.Bytes.Address + (nint)DTypes.FactorsAt(w.Count)), plan);
        GemmOutput output = GemmOutput.Of(y, outputs, epilogue);
        (output.RowsPerImage, output.ImageBiasStride) = (y.Shape[1] * y.Shape[2], outputs);
        ByteGemm.Run(plan, new PixelPanels(quantised, x.Shape, y.Shape, geometry, plan), right, output);
    }
}
