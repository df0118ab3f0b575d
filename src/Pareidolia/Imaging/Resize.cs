namespace Pareidolia.Imaging;

/// <summary>
/// Gives pictures another size as Pillow does it (the rows first, then the columns, 8 bits in between), so that pictures prepared here
/// are those that models were trained on.
/// </summary>
public static class Resize
{
    /// <summary>A picture of exactly the size asked for. Texts do not come along; transparent pixels lend no colour.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">New width, from 1.</param>
    /// <param name="height">New height, from 1.</param>
    /// <param name="filter">The method.</param>
    public static Image To(Image image, int width, int height, Resampling filter = Resampling.Lanczos)
    {
        if (filter == Resampling.Nearest)
            return Nearest(image, width, height);
        return image.Channels == 4 ? Divide(Filtered(Multiply(image), width, height, filter)) : Filtered(image, width, height, filter);
    }

    /// <summary>The smallest size of the same shape that covers a square, cut to it around the middle.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="size">Edge of the square.</param>
    /// <param name="filter">The method.</param>
    public static Image ToSquare(Image image, int size, Resampling filter = Resampling.Lanczos)
    {
        bool upright = image.Width <= image.Height;
        int longer = (int)((long)size * Math.Max(image.Width, image.Height) / Math.Min(image.Width, image.Height));
        Image covering = upright ? To(image, size, longer, filter) : To(image, longer, size, filter);
        return covering.Crop(Margin(covering.Width - size), Margin(covering.Height - size), size, size);
    }

    // torchvision rounds the half pixel of an odd margin to even.
    private static int Margin(int excess) => (int)Math.Round(excess / 2.0, MidpointRounding.ToEven);

    private static Image Nearest(Image image, int width, int height)
    {
        Image result = new(width, height, image.Channels);
        int[] columns = NearestPlaces(image.Width, width), rows = NearestPlaces(image.Height, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                image.Pixel(columns[x], rows[y]).CopyTo(result.Pixel(x, y));
        }
        return result;
    }

    // Added up step by step as Pillow does it, which decides the ties.
    private static int[] NearestPlaces(int from, int to)
    {
        int[] places = new int[to];
        double step = (double)from / to, place = step * 0.5;
        for (int i = 0; i < to; i++, place += step)
            places[i] = Math.Min((int)place, from - 1);
        return places;
    }

    private static Image Filtered(Image image, int width, int height, Resampling filter)
    {
        Image narrow = width == image.Width ? image : Rows(image, new ResamplingKernel(filter, image.Width, width), width);
        Image result = height == image.Height ? narrow : Columns(narrow, new ResamplingKernel(filter, image.Height, height), height);
        return ReferenceEquals(result, image) ? image.Crop(0, 0, width, height) : result;
    }

    private static Image Rows(Image image, ResamplingKernel kernel, int width)
    {
        Image result = new(width, image.Height, image.Channels);
        int channels = image.Channels;
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> from = image.Row(y);
            Span<byte> to = result.Row(y);
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<int> shares = kernel.Shares(x);
                for (int c = 0; c < channels; c++)
                    to[x * channels + c] = Sum(from[(kernel.Starts[x] * channels + c)..], channels, shares);
            }
        }
        return result;
    }

    private static byte Sum(ReadOnlySpan<byte> values, int step, ReadOnlySpan<int> shares)
    {
        int sum = 1 << (ResamplingKernel.FractionBits - 1);
        for (int k = 0; k < shares.Length; k++)
            sum += values[k * step] * shares[k];
        return ToByte(sum);
    }

    private static Image Columns(Image image, ResamplingKernel kernel, int height)
    {
        Image result = new(image.Width, height, image.Channels);
        int[] sums = new int[image.Width * image.Channels];
        for (int y = 0; y < height; y++)
        {
            Array.Fill(sums, 1 << (ResamplingKernel.FractionBits - 1));
            ReadOnlySpan<int> shares = kernel.Shares(y);
            for (int k = 0; k < shares.Length; k++)
                AddRow(sums, image.Row(kernel.Starts[y] + k), shares[k]);
            Span<byte> to = result.Row(y);
            for (int i = 0; i < sums.Length; i++)
                to[i] = ToByte(sums[i]);
        }
        return result;
    }

    private static void AddRow(Span<int> sums, ReadOnlySpan<byte> row, int share)
    {
        for (int i = 0; i < sums.Length; i++)
            sums[i] += row[i] * share;
    }

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> ResamplingKernel.FractionBits, 0, 255);

    private static Image Multiply(Image image) => WithColors(image, (value, alpha) => (value * alpha + 127) / 255);

    private static Image Divide(Image image) => WithColors(image, (value, alpha) => alpha is 0 or 255 ? value : Math.Min(255, 255 * value / alpha));

    private static Image WithColors(Image image, Func<int, int, int> change)
    {
        Image result = new(image.Width, image.Height, 4);
        for (int i = 0; i < image.Pixels.Length; i += 4)
        {
            byte alpha = image.Pixels[i + 3];
            for (int c = 0; c < 3; c++)
                result.Pixels[i + c] = (byte)change(image.Pixels[i + c], alpha);
            result.Pixels[i + 3] = alpha;
        }
        return result;
    }
}
