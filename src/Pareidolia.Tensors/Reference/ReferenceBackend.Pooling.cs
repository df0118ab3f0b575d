namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    internal override void MaxPool(Operand x, Operand y, ConvGeometry geometry)
    {
        Span<float> from = x.Floats, to = y.Floats;
        foreach (Place at in Places(y.Shape))
        {
            int best = PlaceOfLargest(x, geometry, at);
            to[at.Index] = best < 0 ? float.NegativeInfinity : from[best];
        }
    }

    // The first of equals gets the gradient.
    internal override void MaxPoolGradient(Operand x, Operand y, Operand g, Operand dx, ConvGeometry geometry)
    {
        double[] sums = new double[dx.Count];
        Span<float> gradient = g.Floats;
        foreach (Place at in Places(g.Shape))
            if (PlaceOfLargest(x, geometry, at) is int best and >= 0)
                sums[best] += gradient[at.Index];
        Round(sums, dx.Floats);
    }

    internal override void AvgPool(Operand x, Operand y, ConvGeometry geometry)
    {
        Span<float> from = x.Floats, to = y.Floats;
        foreach (Place at in Places(y.Shape))
        {
            double sum = 0;
            foreach (int place in Window(x.Shape, geometry, at))
                sum += from[place];
            to[at.Index] = (float)(sum / (geometry.KernelH * geometry.KernelW));
        }
    }

    internal override void AvgPoolGradient(Operand g, Operand dx, ConvGeometry geometry)
    {
        double[] sums = new double[dx.Count];
        Span<float> gradient = g.Floats;
        foreach (Place at in Places(g.Shape))
            foreach (int place in Window(dx.Shape, geometry, at))
                sums[place] += gradient[at.Index] / (double)(geometry.KernelH * geometry.KernelW);
        Round(sums, dx.Floats);
    }

    // Where the window of an output lies in x: the places inside the picture, row by row.
    private static IEnumerable<int> Window(Shape x, ConvGeometry p, Place at)
    {
        for (int kh = 0; kh < p.KernelH; kh++)
            for (int kw = 0; kw < p.KernelW; kw++)
            {
                int ih = at.Row * p.StrideH - p.Top + kh * p.DilationH, iw = at.Column * p.StrideW - p.Left + kw * p.DilationW;
                if ((uint)ih < (uint)x[1] && (uint)iw < (uint)x[2])
                    yield return ((at.Image * x[1] + ih) * x[2] + iw) * x[3] + at.Channel;
            }
    }

    // -1 where the window sees padding alone. A NaN counts as larger than every number.
    private static int PlaceOfLargest(Operand x, ConvGeometry geometry, Place at)
    {
        int best = -1;
        foreach (int place in Window(x.Shape, geometry, at))
            if (best < 0 || x.Floats[place] > x.Floats[best] || (float.IsNaN(x.Floats[place]) && !float.IsNaN(x.Floats[best])))
                best = place;
        return best;
    }
}
