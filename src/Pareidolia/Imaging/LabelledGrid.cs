namespace Pareidolia.Imaging;

/// <summary>Pictures in rows and columns with words above the columns and before the rows. How large it becomes is known before it is drawn.</summary>
public sealed class LabelledGrid
{
    // The letters grow with the pictures, and what stands beside rows takes at most three quarters of a picture's width, as in the web UI.
    private const int WidthOfScale = 128;
    private const int LargestScale = 4;
    private const double LabelShare = 0.75;
    private const int Gap = 4;

    private readonly int _cellWidth;
    private readonly int _cellHeight;
    private readonly IReadOnlyList<TextBlock> _columns;
    private readonly IReadOnlyList<TextBlock> _rows;
    private readonly int _left;
    private readonly int _top;

    /// <summary>Lays the words out.</summary>
    /// <param name="cellWidth">Pixels of the widest picture.</param>
    /// <param name="cellHeight">Rows of the highest.</param>
    /// <param name="columns">A text for each column, which may be empty; at least one.</param>
    /// <param name="rows">A text for each row; at least one.</param>
    public LabelledGrid(int cellWidth, int cellHeight, IReadOnlyList<string> columns, IReadOnlyList<string> rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns.Count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Count, 1);
        (_cellWidth, _cellHeight) = (cellWidth, cellHeight);
        int scale = Math.Clamp(cellWidth / WidthOfScale, 1, LargestScale);
        _columns = TextBlock.Fit(columns, cellWidth, (int)(LabelShare * cellHeight), scale);
        _rows = TextBlock.Fit(rows, (int)(LabelShare * cellWidth), cellHeight, scale);
        _top = Band(_columns.Max(block => block.Width == 0 ? 0 : block.Height));
        _left = Band(_rows.Max(block => block.Width));
    }

    /// <summary>Pixels in a row of the grid.</summary>
    public int Width => _left + _columns.Count * (_cellWidth + Gap) - Gap;

    /// <summary>Rows of the grid.</summary>
    public int Height => _top + _rows.Count * (_cellHeight + Gap) - Gap;

    /// <summary>Draws it, without texts inside.</summary>
    /// <param name="cells">The pictures in reading order, one for each row and column; none larger than was said; smaller ones lie in the middle.</param>
    public Image Draw(IReadOnlyList<Image> cells)
    {
        if (cells.Count != _columns.Count * _rows.Count)
            throw new ArgumentException($"{_rows.Count} rows of {_columns.Count} pictures cannot hold {cells.Count}.", nameof(cells));
        Image grid = new(Width, Height);
        Array.Fill(grid.Pixels, byte.MaxValue);
        for (int i = 0; i < cells.Count; i++)
        {
            int left = _left + i % _columns.Count * (_cellWidth + Gap), top = _top + i / _columns.Count * (_cellHeight + Gap);
            grid.Paste(cells[i].ToRgb(), left + (_cellWidth - cells[i].Width) / 2, top + (_cellHeight - cells[i].Height) / 2);
        }
        for (int x = 0; x < _columns.Count; x++)
            DrawCentred(grid, _columns[x], _left + x * (_cellWidth + Gap), 0, _cellWidth, _top);
        for (int y = 0; y < _rows.Count; y++)
            DrawCentred(grid, _rows[y], 0, _top + y * (_cellHeight + Gap), _left, _cellHeight);
        return grid;
    }

    private static void DrawCentred(Image grid, TextBlock block, int left, int top, int width, int height)
    {
        foreach ((int i, string line) in block.Lines.Index())
        {
            TextBlock alone = block with { Lines = [line] };
            alone.Draw(grid, left + (width - alone.Width) / 2, top + (height - block.Height) / 2 + i * alone.Height);
        }
    }

    private static int Band(int text) => text == 0 ? 0 : text + 2 * Gap;
}
