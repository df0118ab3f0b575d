namespace Pareidolia.Cli;

/// <summary>A prompt and the name that its picture gets; null where the name follows from the prompt.</summary>
internal readonly record struct NamedPrompt(string Text, string? Name);

/// <summary>A file of prompts, one a line: <c>prompt</c>, or <c>name TAB prompt</c> for <c>name.png</c>; empty lines are passed over.</summary>
internal static class PromptList
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="PareidoliaException">It cannot be read, has no prompt, or has a line without one.</exception>
    public static IReadOnlyList<NamedPrompt> Read(string path)
    {
        List<NamedPrompt> prompts = [];
        string[] lines = Lines(path);
        for (int i = 0; i < lines.Length; i++)
            if (!string.IsNullOrWhiteSpace(lines[i]))
                prompts.Add(Parse(lines[i], $"Line {i + 1} of '{path}'"));
        return prompts.Count > 0 ? prompts : throw new PareidoliaException($"'{path}' holds no prompt: one a line is needed.");
    }

    private static NamedPrompt Parse(string line, string place)
    {
        int tab = line.IndexOf('\t', StringComparison.Ordinal);
        if (tab < 0)
            return new NamedPrompt(line.Trim(), null);
        string text = line[(tab + 1)..].Trim();
        if (text.Length == 0)
            throw new PareidoliaException($"{place} has a name and no prompt behind the tab.");
        return new NamedPrompt(text, OutputFiles.NameGiven(line[..tab].Trim(), place));
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PareidoliaException($"Cannot read the prompts in '{path}': {error.Message}", error);
        }
    }
}
