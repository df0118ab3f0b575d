namespace Pareidolia.Training.Language;

/// <summary>A file of columns with tabs between them and a header row; quotes are plain characters.</summary>
internal static class TabTable
{
    /// <summary>The rows below the header.</summary>
    /// <exception cref="PareidoliaException">The file cannot be read, or a row has too few columns.</exception>
    public static IEnumerable<string[]> Rows(string path, int columns)
    {
        string[][] rows = [.. ReadLines(path).Skip(1).Where(line => line.Length > 0).Select(line => line.Split('\t'))];
        int bad = Array.FindIndex(rows, row => row.Length < columns);
        return bad < 0 ? rows : throw new PareidoliaException($"Row {bad + 2} of '{path}' has {rows[bad].Length} columns; {columns} with tabs between them are needed.");
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot read the table '{path}': {error.Message}", error);
        }
    }
}
