namespace Pareidolia.Imaging;

/// <summary>How a picture of one shape comes to another: the web UI's resize modes.</summary>
public enum FitMode
{
    /// <summary>Stretched ("just resize").</summary>
    Stretch,

    /// <summary>As large as covers the size, the rest cut off on both sides ("crop and resize").</summary>
    Crop,

    /// <summary>As large as fits in, its edges drawn out over the rest ("resize and fill").</summary>
    Fill,
}

/// <summary>Pictures of a size that is asked for.</summary>
internal static class PictureFit
{
    /// <summary>A picture of exactly the size asked for; channels stay, texts do not come along.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">New width, from 1.</param>
    /// <param name="height">New height, from 1.</param>
    /// <param name="mode">What becomes of a shape that differs.</param>
    public static Image To(Image image, int width, int height, FitMode mode = FitMode.Stretch)
    {
        ArgumentNullException.ThrowIfNull(image);
        if ((image.Width, image.Height) == (width, height))
            return image;
        if (mode == FitMode.Stretch)
            return Resize.To(image, width, height);
        bool wider = (double)width / height > (double)image.Width / image.Height;
        // One side is the new one; the other follows from the picture's own shape.
        bool byWidth = wider == (mode == FitMode.Crop);
        int across = byWidth ? width : (int)((long)image.Width * height / image.Height);
        int down = byWidth ? (int)((long)image.Height * width / image.Width) : height;
        Image scaled = Resize.To(image, Math.Max(1, across), Math.Max(1, down));
        Image result = new(width, height, image.Channels);
        int left = (width / 2) - (scaled.Width / 2), top = (height / 2) - (scaled.Height / 2);
        result.Paste(scaled, left, top);
        if (mode == FitMode.Fill)
            DrawOut(result, scaled, left, top);
        return result;
    }

    private static void DrawOut(Image result, Image scaled, int left, int top)
    {
        for (int y = 0; y < result.Height; y++)
            for (int x = 0; x < result.Width; x++)
            {
                int across = Math.Clamp(x - left, 0, scaled.Width - 1), down = Math.Clamp(y - top, 0, scaled.Height - 1);
                if ((across, down) != (x - left, y - top))
                    Edge(scaled, across, down, across == x - left, result.Pixel(x, y));
            }
    }

    // Pillow's cubic, asked for a stretch of no length at the edge, goes a little beyond the last pixel: 9/8 of it less 1/8 of the one before.
    private static void Edge(Image scaled, int x, int y, bool upright, Span<byte> to)
    {
        int length = upright ? scaled.Height : scaled.Width, place = upright ? y : x;
        int inner = place == 0 ? Math.Min(1, length - 1) : length - 2;
        Span<byte> last = scaled.Pixel(x, y), before = length == 1 ? last : upright ? scaled.Pixel(x, inner) : scaled.Pixel(inner, y);
        for (int c = 0; c < to.Length; c++)
            to[c] = (byte)Math.Clamp(((9 * last[c]) - before[c] + 4) >> 3, 0, 255);
    }
}
