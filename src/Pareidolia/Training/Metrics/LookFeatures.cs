using Pareidolia.Imaging;

namespace Pareidolia.Training.Metrics;

/// <summary>
/// How a picture looks, by nothing that was learned: where which colours are, which way its edges run, which colours it has, and what its outline is. Each of the four is a
/// vector that is compared with its own kind.
/// </summary>
internal static class LookFeatures
{
    private const int Side = 64, Pixels = Side * Side;
    private const int GridCells = 8, EdgeCells = 6, Directions = 8, Bins = 4, MaskCells = 16;

    // So far from white, in Lab, a pixel belongs to the thing.
    private const double LeastDistance = 6;

    /// <summary>An 8x8 grid of Lab colour, 6x6 cells of 8 directions of edges, 4x4x4 colours of the thing, a 16x16 mask of it.</summary>
    public static double[][] Of(Image picture)
    {
        Image white = picture.ToRgb();
        Image small = Resize.To(white, Side, Side, white.Width >= Side ? Resampling.Box : Resampling.Bicubic);
        double[] lab = new double[Pixels * 3];
        for (int i = 0; i < Pixels; i++)
            ToLab(small.Pixels.AsSpan(3 * i, 3), lab.AsSpan(3 * i, 3));
        bool[] thing = [.. Enumerable.Range(0, Pixels).Select(i => IsThing(lab.AsSpan(3 * i, 3)))];
        return [Grid(lab), Edges(lab), Colours(lab, thing), Mask(thing)];
    }

    /// <summary>Euclidean distance of two vectors.</summary>
    public static double Distance(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.Sqrt(sum);
    }

    // sRGB to CIE Lab of the white point D65.
    private static void ToLab(ReadOnlySpan<byte> rgb, Span<double> lab)
    {
        double r = Linear(rgb[0]), g = Linear(rgb[1]), b = Linear(rgb[2]);
        double x = Root(((0.4124 * r) + (0.3576 * g) + (0.1805 * b)) / 0.9505);
        double y = Root((0.2126 * r) + (0.7152 * g) + (0.0722 * b));
        double z = Root(((0.0193 * r) + (0.1192 * g) + (0.9505 * b)) / 1.089);
        (lab[0], lab[1], lab[2]) = ((116 * y) - 16, 500 * (x - y), 200 * (y - z));
    }

    private static double Linear(byte value)
    {
        double x = value / 255.0;
        return x <= 0.04045 ? x / 12.92 : Math.Pow((x + 0.055) / 1.055, 2.4);
    }

    private static double Root(double x) => x > 0.008856 ? Math.Cbrt(x) : (7.787 * x) + (16.0 / 116);

    private static bool IsThing(ReadOnlySpan<double> lab) =>
        Math.Sqrt(((100 - lab[0]) * (100 - lab[0])) + (lab[1] * lab[1]) + (lab[2] * lab[2])) > LeastDistance;

    private static double[] Grid(double[] lab)
    {
        const int Cell = Side / GridCells;
        double[] grid = new double[GridCells * GridCells * 3];
        for (int i = 0; i < lab.Length; i++)
        {
            int pixel = i / 3, cell = (pixel / Side / Cell * GridCells) + (pixel % Side / Cell);
            grid[(cell * 3) + (i % 3)] += lab[i] / (Cell * Cell);
        }
        return grid;
    }

    // Square roots of each direction's share, so that one long edge does not drown the rest.
    private static double[] Edges(double[] lab)
    {
        double[] edges = new double[EdgeCells * EdgeCells * Directions];
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                double dx = Slope(lab, (y * Side) + x, x, 1), dy = Slope(lab, (y * Side) + x, y, Side);
                double angle = Math.Atan2(dy, dx);
                int direction = Math.Min((int)((angle < 0 ? angle + Math.PI : angle) % Math.PI / Math.PI * Directions), Directions - 1);
                int cell = (y * EdgeCells / Side * EdgeCells) + (x * EdgeCells / Side);
                edges[(cell * Directions) + direction] += Math.Sqrt((dx * dx) + (dy * dy));
            }
        double all = edges.Sum() + 1e-9;
        return [.. edges.Select(edge => Math.Sqrt(edge / all))];
    }

    // The lightness's slope: central, one-sided at the border.
    private static double Slope(double[] lab, int pixel, int place, int step)
    {
        int before = place == 0 ? 0 : step, behind = place == Side - 1 ? 0 : step;
        return (lab[3 * (pixel + behind)] - lab[3 * (pixel - before)]) / ((before + behind) / step);
    }

    private static double[] Colours(double[] lab, bool[] thing)
    {
        double[] colours = new double[Bins * Bins * Bins];
        int[] pixels = [.. Enumerable.Range(0, Pixels).Where(i => thing[i])];
        if (pixels.Length == 0)
            pixels = [.. Enumerable.Range(0, Pixels)];
        foreach (int pixel in pixels)
        {
            int light = Bin(lab[3 * pixel], 0, 100), a = Bin(lab[(3 * pixel) + 1], -80, 80), b = Bin(lab[(3 * pixel) + 2], -80, 80);
            if (light >= 0 && a >= 0 && b >= 0)
                colours[(((light * Bins) + a) * Bins) + b]++;
        }
        return [.. colours.Select(count => Math.Sqrt(count / pixels.Length))];
    }

    // -1 outside; the last bin has its end.
    private static int Bin(double value, double from, double to) =>
        value < from || value > to ? -1 : Math.Min((int)((value - from) / (to - from) * Bins), Bins - 1);

    private static double[] Mask(bool[] thing)
    {
        const int Cell = Side / MaskCells;
        double[] mask = new double[MaskCells * MaskCells];
        for (int i = 0; i < Pixels; i++)
            mask[(i / Side / Cell * MaskCells) + (i % Side / Cell)] += thing[i] ? 1.0 / (Cell * Cell) : 0;
        return mask;
    }
}
