namespace Pareidolia.Imaging;

/// <summary>Spreads a picture's colours into a hole, so that what is painted there begins from something of its surroundings.</summary>
internal static class HoleFill
{
    // Each blur of what is left lies over the wider ones, as often as makes it opaque enough.
    private static readonly (double Radius, int Times)[] s_layers = [(256, 1), (64, 1), (16, 2), (4, 4), (2, 2), (0, 1)];

    /// <summary>The picture with its hole filled as the web UI's "fill" does.</summary>
    /// <param name="picture">Three channels.</param>
    /// <param name="hole">One channel, of the same size: white is the hole.</param>
    public static Image Fill(Image picture, Image hole)
    {
        Image left = Holed(picture, hole), filled = new(picture.Width, picture.Height, 4);
        foreach ((double radius, int times) in s_layers)
        {
            Image layer = Blur.Boxes(left, radius);
            for (int i = 0; i < filled.Pixels.Length; i += 4)
                for (int time = 0; time < times; time++)
                    LayOver(filled.Pixels.AsSpan(i, 4), layer.Pixels.AsSpan(i, 4));
        }
        Image result = new(picture.Width, picture.Height);
        for (int i = 0; i < picture.Width * picture.Height; i++)
            filled.Pixels.AsSpan(4 * i, 3).CopyTo(result.Pixels.AsSpan(3 * i));
        return result;
    }

    // Transparent in the hole; colours are multiplied by alpha.
    private static Image Holed(Image picture, Image hole)
    {
        Image left = new(picture.Width, picture.Height, 4);
        for (int i = 0; i < hole.Pixels.Length; i++)
        {
            int kept = 255 - hole.Pixels[i];
            for (int c = 0; c < 3; c++)
                left.Pixels[(4 * i) + c] = (byte)(((picture.Pixels[(3 * i) + c] * kept) + 127) / 255);
            left.Pixels[(4 * i) + 3] = (byte)kept;
        }
        return left;
    }

    // Under: plain colours with alpha; over: colours multiplied by alpha. https://en.wikipedia.org/wiki/Alpha_compositing
    private static void LayOver(Span<byte> under, ReadOnlySpan<byte> over)
    {
        int alpha = over[3], shows = under[3] * (255 - alpha), both = (255 * alpha) + shows;
        if (alpha == 0)
            return;
        for (int c = 0; c < 3; c++)
        {
            int color = Math.Min(255, 255 * over[c] / alpha);
            under[c] = (byte)(((color * 255 * alpha) + (under[c] * shows) + (both / 2)) / both);
        }
        under[3] = (byte)((both + 127) / 255);
    }
}
