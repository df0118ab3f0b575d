namespace Pareidolia.Imaging;

/// <summary>Several pictures in one: grids of samples, filmstrips.</summary>
public static class Mosaic
{
    /// <summary>Pictures in rows, in reading order. Cells are as large as the largest picture; smaller ones lie in their middle.</summary>
    /// <param name="images">At least one; sizes and channels may differ.</param>
    /// <param name="columns">Pictures in a row; null makes the grid about square, wider than high.</param>
    /// <param name="gap">Pixels between pictures; there is no border around them.</param>
    /// <param name="background">Grey level of gaps and empty cells.</param>
    /// <returns>RGB, without texts.</returns>
    public static Image Grid(IReadOnlyList<Image> images, int? columns = null, int gap = 0, byte background = 255)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images.Count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(gap);
        int across = Math.Min(columns ?? (int)Math.Ceiling(Math.Sqrt(images.Count)), images.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(across, 1, nameof(columns));
        int down = (images.Count + across - 1) / across;
        int cellWidth = images.Max(image => image.Width), cellHeight = images.Max(image => image.Height);
        Image grid = new(across * (cellWidth + gap) - gap, down * (cellHeight + gap) - gap);
        Array.Fill(grid.Pixels, background);
        for (int i = 0; i < images.Count; i++)
        {
            int left = i % across * (cellWidth + gap) + (cellWidth - images[i].Width) / 2;
            int top = i / across * (cellHeight + gap) + (cellHeight - images[i].Height) / 2;
            Paste(grid, images[i].ToRgb(background), left, top);
        }
        return grid;
    }

    /// <summary>Pictures side by side, in order: a filmstrip.</summary>
    public static Image Strip(IReadOnlyList<Image> images, int gap = 0, byte background = 255) => Grid(images, images.Count, gap, background);

    /// <summary>Puts an RGB picture into another.</summary>
    internal static void Paste(Image grid, Image part, int left, int top)
    {
        for (int y = 0; y < part.Height; y++)
            part.Row(y).CopyTo(grid.Row(top + y)[(left * 3)..]);
    }
}
