using Pareidolia.Tensors;

namespace Pareidolia.Graph.Sampling;

/// <summary>Resizes latents between neighbours along arcs of the sphere on which they lie, not along straight lines: their length does not shrink.</summary>
internal static class Bislerp
{
    private const double Nearly = 1e-5;

    /// <summary>[n, height, width, c] of [n, h, w, c].</summary>
    public static Tensor To(Tensor x, int width, int height)
    {
        Tensor wide = Along(x, 2, width);
        return Along(wide, 1, height);
    }

    private static Tensor Along(Tensor x, int axis, int length)
    {
        int old = x.Shape[axis], inner = axis == 2 ? 1 : x.Shape[2], channels = x.Shape[3], outer = (int)(x.Count / (old * inner * channels));
        float[] from = x.ToArray(), to = new float[outer * length * inner * channels];
        double[] places = Places(old, length);
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < length; i++)
                for (int k = 0; k < inner; k++)
                {
                    int low = (int)places[i], high = Math.Min(low + 1, old - 1);
                    Between(Cell(from, o, low, k), Cell(from, o, high, k), places[i] - low, to.AsSpan((((o * length) + i) * inner + k) * channels, channels));
                }
        return Tensor.From(to, x.Shape.With(axis, length), x.Device);

        ReadOnlySpan<float> Cell(float[] values, int o, int i, int k) => values.AsSpan((((o * old) + i) * inner + k) * channels, channels);
    }

    // Where each new cell lies among the old ones, as bilinear resizing has it.
    private static double[] Places(int old, int length) =>
        [.. Enumerable.Range(0, length).Select(i => Math.Clamp(((i + 0.5) * old / length) - 0.5, 0, old - 1))];

    private static void Between(ReadOnlySpan<float> a, ReadOnlySpan<float> b, double share, Span<float> to)
    {
        (double lengthA, double lengthB) = (Length(a), Length(b));
        double dot = 0;
        for (int c = 0; c < a.Length && lengthA > 0 && lengthB > 0; c++)
            dot += a[c] / lengthA * (b[c] / lengthB);
        double angle = Math.Acos(Math.Clamp(dot, -1, 1)), sine = Math.Sin(angle), length = (lengthA * (1 - share)) + (lengthB * share);
        for (int c = 0; c < a.Length; c++)
            to[c] = (float)(dot > 1 - Nearly ? a[c]
                : dot < Nearly - 1 ? (a[c] * (1 - share)) + (b[c] * share)
                : length * ((Math.Sin((1 - share) * angle) / sine * Unit(a[c], lengthA)) + (Math.Sin(share * angle) / sine * Unit(b[c], lengthB))));
    }

    private static double Unit(float value, double length) => length > 0 ? value / length : 0;

    private static double Length(ReadOnlySpan<float> cell)
    {
        double sum = 0;
        foreach (float value in cell)
            sum += (double)value * value;
        return Math.Sqrt(sum);
    }
}
