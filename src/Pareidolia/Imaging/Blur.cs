namespace Pareidolia.Imaging;

/// <summary>Softens pictures of any channels; beyond the edges they go on as each method says.</summary>
internal static class Blur
{
    private const int Passes = 3;
    private const int FractionBits = 24;

    /// <summary>
    /// By a Gaussian that is cut off at 2.5 deviations, each direction rounded to bytes; the edge is a mirror that does not repeat its own row. The
    /// web UI softens masks so.
    /// </summary>
    /// <param name="image">The picture.</param>
    /// <param name="deviation">In pixels, at least 0; below 0.2 nothing changes.</param>
    public static Image Gaussian(Image image, double deviation)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegative(deviation);
        int reach = (int)((2.5 * deviation) + 0.5);
        double[] bell = [.. Enumerable.Range(-reach, (2 * reach) + 1).Select(x => Math.Exp(-x * x / (2 * deviation * deviation)))];
        double sum = bell.Sum();
        return reach == 0 ? image : Lines(image, (from, to) => Weighted(from, to, Array.ConvertAll(bell, weight => weight / sum)));
    }

    /// <summary>By three boxes of a fractional width in each direction, as Pillow's GaussianBlur does; the edge is repeated.</summary>
    /// <param name="image">The picture; transparent ones with their colours multiplied by alpha.</param>
    /// <param name="radius">The deviation of the Gaussian that the boxes come near to, in pixels; 0 changes nothing.</param>
    public static Image Boxes(Image image, double radius)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        return radius == 0 ? image : Lines(image, (from, to) =>
        {
            byte[] line = [.. from];
            for (int pass = 0; pass < Passes; pass++)
            {
                Box(line, to, BoxRadius(radius));
                to.CopyTo(line);
            }
        });
    }

    private delegate void LineFilter(ReadOnlySpan<byte> from, Span<byte> to);

    // All rows of all channels, then all columns.
    private static Image Lines(Image image, LineFilter filter)
    {
        Image rows = new(image.Width, image.Height, image.Channels), columns = new(image.Width, image.Height, image.Channels);
        for (int i = 0; i < image.Height * image.Channels; i++)
            Line(image, rows, filter, (i / image.Channels * image.Width * image.Channels) + (i % image.Channels), image.Channels, image.Width);
        for (int i = 0; i < image.Width * image.Channels; i++)
            Line(rows, columns, filter, i, image.Width * image.Channels, image.Height);
        return columns;
    }

    private static void Line(Image from, Image to, LineFilter filter, int start, int step, int length)
    {
        byte[] line = new byte[length], made = new byte[length];
        for (int i = 0; i < length; i++)
            line[i] = from.Pixels[start + (i * step)];
        filter(line, made);
        for (int i = 0; i < length; i++)
            to.Pixels[start + (i * step)] = made[i];
    }

    private static void Weighted(ReadOnlySpan<byte> from, Span<byte> to, double[] weights)
    {
        int reach = weights.Length / 2;
        for (int i = 0; i < to.Length; i++)
        {
            double sum = 0;
            for (int k = -reach; k <= reach; k++)
                sum += weights[k + reach] * from[Mirrored(i + k, from.Length)];
            to[i] = (byte)Math.Clamp(Math.Round(sum), 0, 255);
        }
    }

    private static int Mirrored(int i, int length)
    {
        int period = Math.Max(1, 2 * (length - 1)), place = ((i % period) + period) % period;
        return place < length ? place : period - place;
    }

    // The width of the box whose repetitions have the Gaussian's variance (Gwosdek et al. 2011, https://doi.org/10.1007/978-3-642-24785-9_38).
    private static double BoxRadius(double deviation)
    {
        double variance = deviation * deviation / Passes;
        double whole = Math.Floor((Math.Sqrt((12 * variance) + 1) - 1) / 2);
        double edge = ((2 * whole) + 1) * ((whole * (whole + 1)) - (3 * variance)) / (6 * (variance - ((whole + 1) * (whole + 1))));
        return whole + edge;
    }

    private static void Box(ReadOnlySpan<byte> from, Span<byte> to, double radius)
    {
        int whole = (int)radius, last = from.Length - 1;
        // In single precision, which decides ties as Pillow does.
        ulong full = (ulong)((1 << FractionBits) / (((float)radius * 2) + 1));
        ulong edge = ((1UL << FractionBits) - (((2 * (ulong)whole) + 1) * full)) / 2;
        long sum = 0;
        for (int k = -whole; k <= whole; k++)
            sum += from[Math.Clamp(k, 0, last)];
        for (int i = 0; i <= last; i++)
        {
            (byte before, byte after) = (from[Math.Clamp(i - whole - 1, 0, last)], from[Math.Clamp(i + whole + 1, 0, last)]);
            to[i] = (byte)((((ulong)sum * full) + ((ulong)(before + after) * edge) + (1UL << (FractionBits - 1))) >> FractionBits);
            sum += after - from[Math.Clamp(i - whole, 0, last)];
        }
    }
}
