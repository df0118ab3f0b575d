namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    internal override void Conv2d(Operand x, Operand w, Operand y, ConvGeometry geometry, Epilogue epilogue)
    {
        using WidenedWeights wide = new(this, w);
        w = wide.Floats;
        foreach (Place at in Places(y.Shape))
            Store(y, epilogue, at.Index, at.Image, at.Channel, Conv2dAt(x, w, y.Shape[-1], geometry, at));
    }

    internal override void Conv2dInputGradient(Operand g, Operand w, Operand dx, ConvGeometry geometry, Epilogue epilogue)
    {
        using WidenedWeights wide = new(this, w);
        w = wide.Floats;
        foreach (Place at in Places(dx.Shape))
            Store(dx, epilogue, at.Index, at.Image, at.Channel, Conv2dInputGradientAt(g, w, dx.Shape[-1], geometry, at));
    }

    internal override void Conv2dWeightGradient(Operand x, Operand g, Operand dw, ConvGeometry geometry)
    {
        Span<float> to = dw.Floats;
        // A weight's axes are [o, kh, kw, c / groups]; they read as image, row, column, channel here.
        foreach (Place at in Places(dw.Shape))
            to[at.Index] = (float)Conv2dWeightGradientAt(x, g, dw.Shape, geometry, at);
    }

    // y[b, oh, ow, o] = sum over kh, kw, c of x[b, oh s - top + kh d, ow s - left + kw d, c] w[o, kh, kw, c]
    private static double Conv2dAt(Operand x, Operand w, int outputs, ConvGeometry p, Place at)
    {
        ReadOnlySpan<float> input = x.Floats, weights = w.Floats;
        int c = x.Shape[-1], depth = c / p.Groups, first = at.Channel / (outputs / p.Groups) * depth;
        double sum = 0;
        for (int kh = 0; kh < p.KernelH; kh++)
            for (int kw = 0; kw < p.KernelW; kw++)
            {
                int ih = at.Row * p.StrideH - p.Top + kh * p.DilationH, iw = at.Column * p.StrideW - p.Left + kw * p.DilationW;
                if ((uint)ih >= (uint)x.Shape[1] || (uint)iw >= (uint)x.Shape[2])
                    continue;
                int from = ((at.Image * x.Shape[1] + ih) * x.Shape[2] + iw) * c + first;
                int tap = ((at.Channel * p.KernelH + kh) * p.KernelW + kw) * depth;
                for (int i = 0; i < depth; i++)
                    sum += (double)input[from + i] * weights[tap + i];
            }
        return sum;
    }

    // dx[b, ih, iw, c] = sum over kh, kw, o of g[b, oh, ow, o] w[o, kh, kw, c] where oh s = ih + top - kh d and so for ow
    private static double Conv2dInputGradientAt(Operand g, Operand w, int inputs, ConvGeometry p, Place at)
    {
        ReadOnlySpan<float> gradient = g.Floats, weights = w.Floats;
        int outputs = g.Shape[-1], depth = inputs / p.Groups, group = at.Channel / depth, share = outputs / p.Groups;
        double sum = 0;
        for (int kh = 0; kh < p.KernelH; kh++)
            for (int kw = 0; kw < p.KernelW; kw++)
            {
                int h = at.Row + p.Top - kh * p.DilationH, v = at.Column + p.Left - kw * p.DilationW;
                (int oh, int ow) = (h / p.StrideH, v / p.StrideW);
                if (h < 0 || v < 0 || oh * p.StrideH != h || ow * p.StrideW != v || oh >= g.Shape[1] || ow >= g.Shape[2])
                    continue;
                int from = ((at.Image * g.Shape[1] + oh) * g.Shape[2] + ow) * outputs;
                for (int o = group * share; o < (group + 1) * share; o++)
                    sum += (double)gradient[from + o] * weights[((o * p.KernelH + kh) * p.KernelW + kw) * depth + at.Channel % depth];
            }
        return sum;
    }

    // dw[o, kh, kw, c] = sum over b, oh, ow of g[b, oh, ow, o] x[b, oh s - top + kh d, ow s - left + kw d, c]
    private static double Conv2dWeightGradientAt(Operand x, Operand g, Shape weights, ConvGeometry p, Place at)
    {
        ReadOnlySpan<float> input = x.Floats, gradient = g.Floats;
        int c = x.Shape[-1], outputs = g.Shape[-1], o = at.Image, channel = o / (outputs / p.Groups) * weights[-1] + at.Channel;
        double sum = 0;
        for (int image = 0; image < x.Shape[0]; image++)
            for (int oh = 0; oh < g.Shape[1]; oh++)
                for (int ow = 0; ow < g.Shape[2]; ow++)
                {
                    int ih = oh * p.StrideH - p.Top + at.Row * p.DilationH, iw = ow * p.StrideW - p.Left + at.Column * p.DilationW;
                    if ((uint)ih < (uint)x.Shape[1] && (uint)iw < (uint)x.Shape[2])
                        sum += (double)gradient[((image * g.Shape[1] + oh) * g.Shape[2] + ow) * outputs + o]
                            * input[((image * x.Shape[1] + ih) * x.Shape[2] + iw) * c + channel];
                }
        return sum;
    }

    // Every element of [b, h, w, c] in order.
    private static IEnumerable<Place> Places(Shape shape)
    {
        int index = 0;
        for (int image = 0; image < shape[0]; image++)
            for (int row = 0; row < shape[1]; row++)
                for (int column = 0; column < shape[2]; column++)
                    for (int channel = 0; channel < shape[3]; channel++)
                        yield return new Place(index++, image, row, column, channel);
    }

    private readonly record struct Place(int Index, int Image, int Row, int Column, int Channel);
}
