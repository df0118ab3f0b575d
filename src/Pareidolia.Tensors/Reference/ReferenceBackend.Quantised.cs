namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    internal override void Conv2dQuantised(Operand x, Operand w, Operand y, ConvGeometry geometry, Epilogue epilogue)
    {
        using NarrowedWeights narrow = new(this, w);
        int channels = x.Shape[-1], pixels = (int)(x.Count / Math.Max(1, channels));
        byte[] bytes = new byte[x.Count];
        RowScale[] scales = new RowScale[pixels];
        for (int pixel = 0; pixel < pixels; pixel++)
            scales[pixel] = QuantisePixel(x.Floats.Slice(pixel * channels, channels), bytes.AsSpan(pixel * channels, channels));
        foreach (Place at in Places(y.Shape))
            Store(y, epilogue, at.Index, at.Image, at.Channel, QuantisedAt(x.Shape, bytes, scales, narrow.Bytes, geometry, at));
    }

    private static RowScale QuantisePixel(ReadOnlySpan<float> row, Span<byte> to)
    {
        (float least, float largest) = (0, 0);
        foreach (float value in row)
            (least, largest) = (Math.Min(least, value), Math.Max(largest, value));
        RowScale scale = RowScale.Of(least, largest);
        for (int i = 0; i < row.Length; i++)
            to[i] = (byte)Math.Clamp(MathF.Round(row[i] * scale.Inverse) + scale.Zero, 0, RowScale.LargestByte);
        return scale;
    }

    // Taps outside the picture give nothing.
    private static unsafe double QuantisedAt(Shape x, ReadOnlySpan<byte> bytes, ReadOnlySpan<RowScale> scales, Operand w, ConvGeometry p, Place at)
    {
        int channels = x[-1];
        float sum = 0;
        for (int tap = 0; tap < p.KernelH * p.KernelW; tap++)
        {
            int ih = at.Row * p.StrideH - p.Top + tap / p.KernelW * p.DilationH, iw = at.Column * p.StrideW - p.Left + tap % p.KernelW * p.DilationW;
            if ((uint)ih >= (uint)x[1] || (uint)iw >= (uint)x[2])
                continue;
            int pixel = (at.Image * x[1] + ih) * x[2] + iw;
            sbyte* weights = (sbyte*)w.Address + ((long)at.Channel * p.KernelH * p.KernelW + tap) * channels;
            (int products, int all) = (0, 0);
            for (int i = 0; i < channels; i++)
                (products, all) = (products + bytes[pixel * channels + i] * weights[i], all + weights[i]);
            sum += (float)products * scales[pixel].Factor + (float)all * scales[pixel].Shift;
        }
        return sum * FactorsOf(w)[at.Channel];
    }
}
