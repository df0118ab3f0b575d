using Pareidolia.Imaging;
using Pareidolia.Text;

namespace Pareidolia.Explaining;

/// <summary>Attention to tokens as pictures of words.</summary>
internal static class WordMaps
{
    /// <summary>A map for each word of a prompt.</summary>
    /// <param name="tokens">The prompt.</param>
    /// <param name="kept">Tokens that the text encoder read.</param>
    /// <param name="maps">Attention to each of them, in cells.</param>
    /// <param name="columns">Cells in a row.</param>
    /// <param name="picture">What was drawn.</param>
    public static IReadOnlyList<WordMap> Of(Tokens tokens, int kept, float[][] maps, int columns, Image picture)
    {
        (string Word, float[] Map)[] words = [.. Words(tokens, kept).Select(word => (word.Text, Sum([.. word.Tokens.Select(token => maps[token])])))];
        double mean = words.Length == 0 ? 1 : words.Average(word => word.Map.Average());
        return [.. words.Select(word => new WordMap(word.Word, word.Map.Average() / Math.Max(mean, float.Epsilon), Drawn(word.Map, columns, picture)))];
    }

    /// <summary>The words of a prompt with the places of their tokens: tokens without a space between them are of one word.</summary>
    internal static IEnumerable<(string Text, int[] Tokens)> Words(Tokens tokens, int kept)
    {
        for (int from = 0; from < kept;)
        {
            int to = from + 1;
            while (to < kept && !tokens.Prompt[tokens.Items[to - 1].Start..tokens.Items[to].Start].Any(char.IsWhiteSpace))
                to++;
            yield return (tokens.Prompt[tokens.Items[from].Start..tokens.Items[to - 1].End], [.. Enumerable.Range(from, to - from)]);
            from = to;
        }
    }

    private static float[] Sum(float[][] maps) => [.. Enumerable.Range(0, maps[0].Length).Select(i => maps.Sum(map => map[i]))];

    // From the least to the most that the word was looked at, over the picture in grey.
    private static Image Drawn(float[] map, int columns, Image picture)
    {
        (float least, float most) = (map.Min(), map.Max());
        byte[] shades = Array.ConvertAll(map, value => (byte)(255 * (value - least) / Math.Max(most - least, float.Epsilon)));
        Image heat = Resize.To(new Image(columns, map.Length / columns, 1, shades), picture.Width, picture.Height, Resampling.Bicubic);
        Image drawn = new(picture.Width, picture.Height);
        for (int i = 0; i < picture.Width * picture.Height; i++)
        {
            ReadOnlySpan<byte> under = picture.Pixels.AsSpan(3 * i, 3);
            double share = heat.Pixels[i] / 255.0, grey = ((0.3 * under[0]) + (0.59 * under[1]) + (0.11 * under[2])) * 0.6;
            (double red, double green, double blue) = Warm(share);
            double weight = 0.25 + (0.5 * share);
            drawn.Pixels[3 * i] = Byte((grey * (1 - weight)) + (red * weight));
            drawn.Pixels[(3 * i) + 1] = Byte((grey * (1 - weight)) + (green * weight));
            drawn.Pixels[(3 * i) + 2] = Byte((grey * (1 - weight)) + (blue * weight));
        }
        return drawn;
    }

    // Dark blue over red to yellow: told apart in grey too.
    private static (double, double, double) Warm(double share) =>
        (255 * Math.Min(1, share * 1.6), 255 * Math.Max(0, (share - 0.45) / 0.55), 90 * Math.Max(0, 1 - (2 * share)));

    private static byte Byte(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);
}
