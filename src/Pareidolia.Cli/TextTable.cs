namespace Pareidolia.Cli;

/// <summary>Rows of texts in aligned columns, two spaces between them.</summary>
internal sealed class TextTable
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; all rows have as many cells as the first.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes all rows, without spaces at their ends.</summary>
    public void Write(TextWriter writer)
    {
        int[] widths = [.. Enumerable.Range(0, _rows.Max(row => row.Length)).Select(column => _rows.Max(row => row[column].Length))];
        foreach (string[] row in _rows)
            writer.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
