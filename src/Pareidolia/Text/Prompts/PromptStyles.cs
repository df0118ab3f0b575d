namespace Pareidolia.Text.Prompts;

/// <summary>
/// Named additions to prompts from the AUTOMATIC1111 web UI's <c>styles.csv</c>: columns <c>name</c>, <c>prompt</c>, <c>negative_prompt</c>;
/// <c>{prompt}</c> in them is where the prompt goes, else they follow it.
/// </summary>
public sealed class PromptStyles
{
    private const string Placeholder = "{prompt}";

    private readonly Dictionary<string, (string Prompt, string Negative)> _styles = new(StringComparer.Ordinal);
    private readonly string _path;

    private PromptStyles(string path) => _path = path;

    /// <summary>The styles' names in the file's order.</summary>
    public IReadOnlyCollection<string> Names => _styles.Keys;

    /// <summary>Reads a file.</summary>
    /// <exception cref="PareidoliaException">It cannot be read, or has no column <c>name</c>.</exception>
    public static PromptStyles Load(string path)
    {
        PromptStyles styles = new(path);
        List<List<string>> rows = CommaSeparated.Rows(Read(path));
        List<string> header = rows.Count > 0 ? rows[0] : [];
        int name = header.IndexOf("name"), prompt = Math.Max(header.IndexOf("prompt"), header.IndexOf("text")), negative = header.IndexOf("negative_prompt");
        if (name < 0)
            throw new PareidoliaException($"'{path}' is no file of styles: its first line should be name,prompt,negative_prompt.");
        foreach (List<string> row in rows.Skip(1).Where(row => name < row.Count && row[name].Length > 0))
            styles._styles[row[name]] = (Cell(row, prompt), Cell(row, negative));
        return styles;
    }

    /// <summary>A prompt and a negative prompt with a style added.</summary>
    /// <param name="style">A style's name, or several with commas between.</param>
    /// <param name="prompt">What to draw.</param>
    /// <param name="negative">What to stay away from.</param>
    /// <exception cref="PareidoliaException">There is no such style; the message lists those there are.</exception>
    public (string Prompt, string Negative) Apply(string style, string prompt, string negative)
    {
        ArgumentNullException.ThrowIfNull(style);
        foreach (string name in _styles.ContainsKey(style) ? [style] : style.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!_styles.TryGetValue(name, out (string Prompt, string Negative) found))
                throw new PareidoliaException($"'{_path}' has no style '{name}'; it has {string.Join(", ", Names)}.");
            (prompt, negative) = (Merged(found.Prompt, prompt), Merged(found.Negative, negative));
        }
        return (prompt, negative);
    }

    private static string Merged(string style, string text) => style.Contains(Placeholder, StringComparison.Ordinal)
        ? style.Replace(Placeholder, text, StringComparison.Ordinal)
        : string.Join(", ", new[] { text.Trim(), style.Trim() }.Where(part => part.Length > 0));

    private static string Cell(List<string> row, int column) => column >= 0 && column < row.Count ? row[column] : "";

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot read the styles in '{path}': {error.Message}", error);
        }
    }
}
