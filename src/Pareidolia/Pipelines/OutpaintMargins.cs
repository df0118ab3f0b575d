using System.Globalization;
using Pareidolia.Imaging;

namespace Pareidolia.Pipelines;

/// <summary>
/// How far a picture is drawn on beyond its edges, as ComfyUI's ImagePadForOutpaint has it: new pixels are grey and masked, and the mask reaches
/// softly into the picture.
/// </summary>
/// <param name="Left">Pixels.</param>
/// <param name="Top">Pixels.</param>
/// <param name="Right">Pixels.</param>
/// <param name="Bottom">Pixels.</param>
/// <param name="Feather">Pixels of the picture over which the mask fades away; without effect where that is half of a side or more.</param>
public sealed record OutpaintMargins(int Left = 0, int Top = 0, int Right = 0, int Bottom = 0, int Feather = 40)
{
    private const int Most = 8192;
    private const byte Grey = 128;

    /// <summary>The same for a picture whose sides with them are multiples of a number: a margin that is there grows, else the right or lower one.</summary>
    public OutpaintMargins For(Image picture, int factor)
    {
        ArgumentNullException.ThrowIfNull(picture);
        int across = Missing(picture.Width + Left + Right, factor), down = Missing(picture.Height + Top + Bottom, factor);
        bool leftward = Left > 0 && Right == 0, upward = Top > 0 && Bottom == 0;
        return this with
        {
            Left = Left + (leftward ? across : 0),
            Right = Right + (leftward ? 0 : across),
            Top = Top + (upward ? down : 0),
            Bottom = Bottom + (upward ? 0 : down),
        };
    }

    /// <summary>The larger picture, and the mask of what is new in it.</summary>
    /// <exception cref="PareidoliaException">A margin is negative or too wide, or there is none.</exception>
    public SourcePicture Around(Image picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Validate();
        Image rgb = picture.ToRgb(), larger = new(rgb.Width + Left + Right, rgb.Height + Top + Bottom), mask = new(larger.Width, larger.Height, 1);
        Array.Fill(larger.Pixels, Grey);
        Array.Fill(mask.Pixels, byte.MaxValue);
        larger.Paste(rgb, Left, Top);
        mask.Paste(Fading(rgb.Width, rgb.Height), Left, Top);
        return new SourcePicture(larger) { Mask = mask, Strength = 1, Outpaint = this };
    }

    /// <summary>Says it in a picture's settings; no program has a key for it.</summary>
    internal void Describe(IDictionary<string, string> fields) => fields["Outpaint"] = string.Create(
        CultureInfo.InvariantCulture, $"left={Left},top={Top},right={Right},bottom={Bottom},feather={Feather}");

    private void Validate()
    {
        foreach ((string name, int pixels) in (ReadOnlySpan<(string, int)>)
            [("left", Left), ("top", Top), ("right", Right), ("bottom", Bottom), ("feather", Feather)])
            GenerateSettings.RequireRange($"Outpainting's {name}", pixels, 0, Most);
        if (Left + Top + Right + Bottom == 0)
            throw new PareidoliaException("Outpainting has no margins: say how far beyond which edge to draw, for instance left=128,right=64.");
    }

    // Within the picture: the nearer to an edge that goes on, the more is painted anew, as the square of the share of the way.
    private Image Fading(int width, int height)
    {
        Image mask = new(width, height, 1);
        if (Feather == 0 || 2 * Feather >= width || 2 * Feather >= height)
            return mask;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                int across = Math.Min(Left > 0 ? x : height, Right > 0 ? width - x : height);
                int down = Math.Min(Top > 0 ? y : height, Bottom > 0 ? height - y : height);
                double share = Math.Max(0, Feather - Math.Min(across, down)) / (double)Feather;
                mask.Pixel(x, y)[0] = (byte)Math.Round(255 * share * share);
            }
        return mask;
    }

    private static int Missing(int side, int factor) => (factor - (side % factor)) % factor;
}
