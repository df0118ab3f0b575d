namespace Pareidolia.Imaging;

/// <summary>A picture that is put together from tiles which overlap.</summary>
/// <param name="width">Pixels in a row.</param>
/// <param name="height">Rows.</param>
/// <param name="scale">Pixels of a side for each place of the axes that were cut.</param>
internal sealed class BlendedPicture(int width, int height, int scale)
{
    private const int Channels = 3;

    private readonly float[] _sums = new float[(long)width * height * Channels];

    /// <summary>Adds a tile: its pixels [rows, columns, 3] in 0..1, and where they lie.</summary>
    public void Add(float[] pixels, TileSpan rows, TileSpan columns)
    {
        float[] across = Weights(columns), down = Weights(rows);
        for (int y = 0; y < down.Length; y++)
        {
            ReadOnlySpan<float> from = pixels.AsSpan(y * across.Length * Channels, across.Length * Channels);
            Span<float> to = _sums.AsSpan((((rows.From * scale) + y) * width + columns.From * scale) * Channels, from.Length);
            for (int i = 0; i < from.Length; i++)
                to[i] += from[i] * (across[i / Channels] * down[y]);
        }
    }

    /// <summary>The picture in 8 bits.</summary>
    /// <exception cref="PareidoliaException">A value is no number.</exception>
    public Image ToImage()
    {
        if (!_sums.All(float.IsFinite))
            throw new PareidoliaException("The enlarged picture holds numbers that are not finite: the upscaler's weights are damaged.");
        return new Image(width, height, Channels, Array.ConvertAll(_sums, value => (byte)MathF.Round(Math.Clamp(value, 0, 1) * 255)));
    }

    private float[] Weights(TileSpan span) =>
        [.. Enumerable.Range(0, span.Length * scale).Select(i => span.Weight(span.From + ((i + 0.5f) / scale)))];
}
