namespace Pareidolia.Tensors;

/// <summary>Builds the taps of interpolation and padding along one axis, with torch's conventions for pixel centres and edges.</summary>
internal static class ResampleTables
{
    private delegate double Kernel(double distance);

    public static ResampleTable Of(int inputs, int outputs, Interpolation mode, bool alignCorners, bool antialias)
    {
        if (inputs < 1)
            throw new TensorException("interpolate: the picture is empty");
        if (mode == Interpolation.Nearest)
            return Indexed(inputs, outputs, j => Math.Min((int)(j * ((float)inputs / outputs)), inputs - 1));
        if (mode == Interpolation.NearestExact)
            return Indexed(inputs, outputs, j => Math.Min((int)((j + 0.5f) * ((float)inputs / outputs)), inputs - 1));
        if (mode == Interpolation.Area)
            return Area(inputs, outputs);
        if (antialias)
            return Antialiased(inputs, outputs, mode);
        return Interpolated(inputs, outputs, mode, alignCorners);
    }

    public static ResampleTable Pad(int inputs, int before, int after, PadMode mode)
    {
        int limit = mode == PadMode.Reflect ? inputs - 1 : inputs;
        if (before < 0 || after < 0 || (mode != PadMode.Replicate && Math.Max(before, after) > limit))
            throw new TensorException($"pad: {before} before and {after} after do not fit {mode} padding of {inputs} cells");
        return Indexed(inputs, before + inputs + after, j => Outside(j - before, inputs, mode));
    }

    private static int Outside(int i, int n, PadMode mode) => mode switch
    {
        PadMode.Replicate => Math.Clamp(i, 0, n - 1),
        PadMode.Circular => ((i % n) + n) % n,
        _ => i < 0 ? -i : i >= n ? (2 * (n - 1)) - i : i,
    };

    private static ResampleTable Indexed(int inputs, int outputs, Func<int, int> index)
    {
        int[] indices = [.. Enumerable.Range(0, outputs).Select(index)];
        float[] weights = new float[outputs];
        Array.Fill(weights, 1f);
        return new ResampleTable(inputs, outputs, 1, indices, weights);
    }

    private static ResampleTable Area(int inputs, int outputs)
    {
        int taps = ((inputs + outputs - 1) / outputs) + 1;
        int[] indices = new int[outputs * taps];
        float[] weights = new float[outputs * taps];
        for (int j = 0; j < outputs; j++)
        {
            int from = (int)((long)j * inputs / outputs);
            int to = (int)((((long)j + 1) * inputs + outputs - 1) / outputs);
            for (int t = 0; t < to - from; t++)
            {
                indices[(j * taps) + t] = from + t;
                weights[(j * taps) + t] = 1f / (to - from);
            }
        }
        return new ResampleTable(inputs, outputs, taps, indices, weights);
    }

    private static ResampleTable Interpolated(int inputs, int outputs, Interpolation mode, bool alignCorners)
    {
        bool cubic = mode == Interpolation.Bicubic;
        int taps = cubic ? 4 : 2;
        Kernel kernel = cubic ? d => Cubic(d, -0.75) : Triangle;
        float scale = alignCorners ? (outputs > 1 ? (inputs - 1f) / (outputs - 1) : 0) : (float)inputs / outputs;
        int[] indices = new int[outputs * taps];
        float[] weights = new float[outputs * taps];
        for (int j = 0; j < outputs; j++)
        {
            float place = alignCorners ? j * scale : ((j + 0.5f) * scale) - 0.5f;
            if (!cubic)
                place = Math.Max(place, 0);
            int first = (int)MathF.Floor(place) - (cubic ? 1 : 0);
            for (int t = 0; t < taps; t++)
            {
                indices[(j * taps) + t] = Math.Clamp(first + t, 0, inputs - 1);
                weights[(j * taps) + t] = (float)kernel(Math.Abs((double)place - (first + t)));
            }
        }
        return new ResampleTable(inputs, outputs, taps, indices, weights);
    }

    // The kernel is widened by the shrinking factor, as PIL and torch's antialias do.
    private static ResampleTable Antialiased(int inputs, int outputs, Interpolation mode)
    {
        Kernel kernel = mode == Interpolation.Bicubic ? d => Cubic(d, -0.5) : Triangle;
        double scale = (double)inputs / outputs;
        double stretch = Math.Max(scale, 1);
        double support = (mode == Interpolation.Bicubic ? 2 : 1) * stretch;
        int taps = (int)Math.Ceiling(support) * 2 + 1;
        int[] indices = new int[outputs * taps];
        float[] weights = new float[outputs * taps];
        for (int j = 0; j < outputs; j++)
        {
            double centre = scale * (j + 0.5);
            int from = Math.Max((int)(centre - support + 0.5), 0);
            int to = Math.Min((int)(centre + support + 0.5), inputs);
            double total = 0;
            for (int i = from; i < to; i++)
                total += kernel(Math.Abs((i - centre + 0.5) / stretch));
            for (int i = from; i < to; i++)
            {
                indices[(j * taps) + i - from] = i;
                weights[(j * taps) + i - from] = (float)(kernel(Math.Abs((i - centre + 0.5) / stretch)) / total);
            }
        }
        return new ResampleTable(inputs, outputs, taps, indices, weights);
    }

    private static double Triangle(double d) => d < 1 ? 1 - d : 0;

    // Keys 1981, "Cubic convolution interpolation for digital image processing".
    private static double Cubic(double d, double a) => d switch
    {
        <= 1 => ((((a + 2) * d) - (a + 3)) * d * d) + 1,
        < 2 => (((((d - 5) * d) + 8) * d) - 4) * a,
        _ => 0,
    };
}
