namespace Pareidolia.Imaging;

/// <summary>A picture in memory: rows from the top, 8 bits per channel, channels side by side, values in sRGB as files hold them.</summary>
public sealed class Image
{
    /// <summary>A black picture (transparent with 4 channels).</summary>
    /// <param name="width">Pixels in a row, from 1.</param>
    /// <param name="height">Rows, from 1.</param>
    /// <param name="channels">1 grey, 3 red green blue, 4 with alpha (not premultiplied).</param>
    public Image(int width, int height, int channels = 3)
        : this(width, height, channels, new byte[ByteCount(width, height, channels)])
    {
    }

    /// <summary>A picture of bytes that are already there; they are used, not copied.</summary>
    /// <param name="width">Pixels in a row, from 1.</param>
    /// <param name="height">Rows, from 1.</param>
    /// <param name="channels">1, 3 or 4.</param>
    /// <param name="pixels">height x width x channels bytes.</param>
    public Image(int width, int height, int channels, byte[] pixels)
    {
        int expected = ByteCount(width, height, channels);
        if (pixels.Length != expected)
            throw new ArgumentException($"A picture of {width}x{height} with {channels} channels has {expected} bytes, not {pixels.Length}.", nameof(pixels));
        Width = width;
        Height = height;
        Channels = channels;
        Pixels = pixels;
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Bytes per pixel: 1 grey, 3 RGB, 4 RGBA.</summary>
    public int Channels { get; }

    /// <summary>All bytes: height x width x channels.</summary>
    public byte[] Pixels { get; }

    /// <summary>Texts that travel with the picture, in file order, for instance <c>parameters</c> (see <see cref="Infotext"/>).</summary>
    public OrderedDictionary<string, string> Texts { get; } = [];

    /// <summary>The bytes of one row.</summary>
    public Span<byte> Row(int y) => Pixels.AsSpan(y * Width * Channels, Width * Channels);

    /// <summary>The bytes of one pixel.</summary>
    public Span<byte> Pixel(int x, int y) => Row(y).Slice(x * Channels, Channels);

    /// <summary>The same picture in three channels: grey is repeated, transparency laid over a background. Returns itself where it is RGB.</summary>
    /// <param name="background">Grey level under transparent pixels; 255 is white.</param>
    public Image ToRgb(byte background = 255)
    {
        if (Channels == 3)
            return this;
        Image rgb = new(Width, Height);
        for (int i = 0; i < Width * Height; i++)
        {
            ReadOnlySpan<byte> from = Pixels.AsSpan(i * Channels, Channels);
            Span<byte> to = rgb.Pixels.AsSpan(i * 3, 3);
            for (int c = 0; c < 3; c++)
                to[c] = Channels == 1 ? from[0] : Blend(from[c], background, from[3]);
        }
        CopyTexts(rgb);
        return rgb;
    }

    /// <summary>The picture in grey, weighted as Pillow's mode L; transparency laid over white. Returns itself where it is grey.</summary>
    public Image ToGrey()
    {
        if (Channels == 1)
            return this;
        Image rgb = ToRgb(), grey = new(Width, Height, 1);
        for (int i = 0; i < grey.Pixels.Length; i++)
            grey.Pixels[i] = (byte)(((rgb.Pixels[3 * i] * 19595) + (rgb.Pixels[(3 * i) + 1] * 38470) + (rgb.Pixels[(3 * i) + 2] * 7471) + 0x8000) >> 16);
        CopyTexts(grey);
        return grey;
    }

    /// <summary>The colours in RGB, an alpha channel dropped and not blended, without the picture's texts where there is one.</summary>
    public Image WithoutAlpha()
    {
        if (Channels != 4)
            return ToRgb();
        Image rgb = new(Width, Height);
        for (int i = 0; i < Width * Height; i++)
            Pixels.AsSpan(4 * i, 3).CopyTo(rgb.Pixels.AsSpan(3 * i, 3));
        return rgb;
    }

    /// <summary>A rectangle of the picture, without its texts.</summary>
    public Image Crop(int left, int top, int width, int height)
    {
        if (left < 0 || top < 0 || width < 1 || height < 1 || left > Width - width || top > Height - height)
            throw new ArgumentException($"The rectangle {width}x{height} at ({left}, {top}) does not lie in a picture of {Width}x{Height}.");
        Image part = new(width, height, Channels);
        for (int y = 0; y < height; y++)
            Row(top + y).Slice(left * Channels, width * Channels).CopyTo(part.Row(y));
        return part;
    }

    /// <summary>Lays another picture of as many channels over this one; what stands out over an edge is cut off.</summary>
    internal void Paste(Image part, int left, int top)
    {
        int from = Math.Max(0, -left), width = Math.Min(part.Width, Width - left) - from;
        for (int y = Math.Max(0, -top); width > 0 && y < Math.Min(part.Height, Height - top); y++)
            part.Row(y).Slice(from * Channels, width * Channels).CopyTo(Row(top + y)[((left + from) * Channels)..]);
    }

    private void CopyTexts(Image other)
    {
        foreach (KeyValuePair<string, string> text in Texts)
            other.Texts[text.Key] = text.Value;
    }

    private static byte Blend(int over, int under, int alpha) => (byte)((over * alpha + under * (255 - alpha) + 127) / 255);

    private static int ByteCount(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3 or 4))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "A picture has 1, 3 or 4 channels.");
        long count = (long)width * height * channels;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength, nameof(height));
        return (int)count;
    }
}
