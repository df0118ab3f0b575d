namespace Pareidolia.Imaging;

/// <summary>Masks: pictures of one channel in which white is chosen and black is not.</summary>
internal static class MaskPicture
{
    private const int Middle = 128;

    /// <summary>How bright a picture is; of one that is transparent somewhere, how opaque.</summary>
    public static Image Of(Image image)
    {
        bool clear = image.Channels == 4 && Enumerable.Range(0, image.Width * image.Height).Any(i => image.Pixels[(4 * i) + 3] != 255);
        return Map(image, pixel => clear ? pixel[3] : Brightness(pixel));
    }

    /// <summary>Black and white.</summary>
    public static Image Rounded(Image mask) => Map(mask, pixel => pixel[0] > Middle ? byte.MaxValue : (byte)0);

    /// <summary>The other way round.</summary>
    public static Image Inverted(Image mask) => Map(mask, pixel => (byte)(255 - pixel[0]));

    /// <summary>Twice as bright, at most white.</summary>
    public static Image Doubled(Image mask) => Map(mask, pixel => (byte)Math.Min(255, 2 * pixel[0]));

    /// <summary>White wherever a square of a side has a white pixel; black and white. An even square reaches further up and left.</summary>
    /// <param name="mask">What is at least half white counts.</param>
    /// <param name="side">Pixels; 0 or 1 change nothing.</param>
    public static Image Grown(Image mask, int side)
    {
        Image white = Map(mask, pixel => pixel[0] >= Middle ? byte.MaxValue : (byte)0);
        return side < 2 ? white : Spread(Spread(white, side, 1, 0), side, 0, 1);
    }

    /// <summary>The smallest rectangle around all that is not black; null where all is.</summary>
    public static (int Left, int Top, int Right, int Bottom)? Bounds(Image mask)
    {
        int[] rows = [.. Enumerable.Range(0, mask.Height).Where(y => mask.Row(y).ContainsAnyExcept((byte)0))];
        if (rows.Length == 0)
            return null;
        int[] columns = [.. Enumerable.Range(0, mask.Width).Where(x => rows.Any(y => mask.Pixel(x, y)[0] != 0))];
        return (columns[0], rows[0], columns[^1] + 1, rows[^1] + 1);
    }

    /// <summary>One picture where a mask is white, another where it is black, mixed between. All of one size; the pictures of three channels.</summary>
    public static Image Mixed(Image white, Image black, Image mask)
    {
        Image result = new(white.Width, white.Height);
        for (int i = 0; i < result.Pixels.Length; i++)
            result.Pixels[i] = (byte)(((white.Pixels[i] * mask.Pixels[i / 3]) + (black.Pixels[i] * (255 - mask.Pixels[i / 3])) + 127) / 255);
        return result;
    }

    private delegate byte PixelValue(ReadOnlySpan<byte> pixel);

    private static Image Map(Image image, PixelValue value)
    {
        Image mask = new(image.Width, image.Height, 1);
        for (int i = 0; i < mask.Pixels.Length; i++)
            mask.Pixels[i] = value(image.Pixels.AsSpan(i * image.Channels, image.Channels));
        return mask;
    }

    // Pillow's grey (ITU-R 601-2), rounded.
    private static byte Brightness(ReadOnlySpan<byte> pixel) => pixel.Length < 3
        ? pixel[0]
        : (byte)(((19595 * pixel[0]) + (38470 * pixel[1]) + (7471 * pixel[2]) + 0x8000) >> 16);

    private static Image Spread(Image mask, int side, int right, int down)
    {
        Image result = new(mask.Width, mask.Height, 1);
        int reach = side / 2;
        for (int y = 0; y < mask.Height; y++)
            for (int x = 0; x < mask.Width; x++)
                for (int k = -reach; k < side - reach && result.Pixel(x, y)[0] == 0; k++)
                    if (x + (k * right) is int at && at >= 0 && at < mask.Width && y + (k * down) is int below && below >= 0 && below < mask.Height)
                        result.Pixel(x, y)[0] = mask.Pixel(at, below)[0];
        return result;
    }
}
