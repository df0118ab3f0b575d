namespace Pareidolia.Imaging;

/// <summary>Lines of text in the letters of <see cref="BitmapFont"/>, each pixel of which is a square.</summary>
/// <param name="Lines">From the top.</param>
/// <param name="Scale">Pixels of a side of those squares, from 1.</param>
internal sealed record TextBlock(IReadOnlyList<string> Lines, int Scale)
{
    private const string Cut = "...";

    /// <summary>Pixels from the first column to the last.</summary>
    public int Width => Scale * Lines.Max(line => line.Length) * BitmapFont.Advance;

    /// <summary>Pixels from the first row to the last.</summary>
    public int Height => Scale * Lines.Count * BitmapFont.LineHeight;

    /// <summary>
    /// Texts in one scale: the largest up to <paramref name="largest"/> in which all of them fit, words unbroken. Where even the smallest is too
    /// large, words are broken, and what is too long is cut.
    /// </summary>
    /// <param name="texts">Any; line breaks count as spaces.</param>
    /// <param name="width">Most pixels of a line.</param>
    /// <param name="height">Most pixels of all lines.</param>
    /// <param name="largest">The largest scale.</param>
    public static IReadOnlyList<TextBlock> Fit(IReadOnlyList<string> texts, int width, int height, int largest)
    {
        for (int scale = largest; ; scale--)
        {
            int columns = Math.Max(1, width / (scale * BitmapFont.Advance)), rows = Math.Max(1, height / (scale * BitmapFont.LineHeight));
            TextBlock[] blocks = [.. texts.Select(text => new TextBlock(Wrapped(text, columns), scale))];
            bool fits = blocks.All(block => block.Lines.Count <= rows) && texts.All(text => Words(text).All(word => word.Length <= columns));
            if (fits || scale == 1)
                return [.. blocks.Select(block => block.Shortened(rows, columns))];
        }
    }

    /// <summary>Draws it in black.</summary>
    public void Draw(Image image, int left, int top)
    {
        for (int line = 0; line < Lines.Count; line++)
            for (int i = 0; i < Lines[line].Length; i++)
                Draw(image, Lines[line][i], left + i * Scale * BitmapFont.Advance, top + line * Scale * BitmapFont.LineHeight);
    }

    private void Draw(Image image, char character, int left, int top)
    {
        for (int y = 0; y < Scale * BitmapFont.Height; y++)
            for (int x = 0; x < Scale * BitmapFont.Width; x++)
                if (BitmapFont.IsInk(character, x / Scale, y / Scale))
                    image.Pixel(left + x, top + y).Clear();
    }

    private TextBlock Shortened(int rows, int columns)
    {
        if (Lines.Count <= rows)
            return this;
        string last = Lines[rows - 1];
        return this with { Lines = [.. Lines.Take(rows - 1), last[..Math.Min(last.Length, Math.Max(0, columns - Cut.Length))] + Cut] };
    }

    private static List<string> Wrapped(string text, int columns)
    {
        List<string> lines = [""];
        foreach (string word in Words(text).SelectMany(word => word.Chunk(columns)).Select(part => new string(part)))
        {
            string line = lines[^1].Length == 0 ? word : $"{lines[^1]} {word}";
            if (line.Length <= columns)
                lines[^1] = line;
            else
                lines.Add(word);
        }
        return lines;
    }

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
