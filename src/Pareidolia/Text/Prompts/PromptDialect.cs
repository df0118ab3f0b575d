namespace Pareidolia.Text.Prompts;

/// <summary>The language that a prompt is written in.</summary>
public enum PromptDialect
{
    /// <summary>Words alone: what does not fit the text encoder is cut, as diffusers does.</summary>
    Plain,

    /// <summary>The AUTOMATIC1111 web UI's: weights, schedules, BREAK, AND, <c>&lt;lora:name:weight&gt;</c>; of any length.</summary>
    A1111,

    /// <summary>ComfyUI's: weights and <c>embedding:name</c>; of any length.</summary>
    ComfyUi,
}

/// <summary>The dialects by name.</summary>
public static class PromptDialects
{
    /// <summary>The dialects by the names that people type.</summary>
    public static IReadOnlyDictionary<string, PromptDialect> Names { get; } = new Dictionary<string, PromptDialect>(StringComparer.OrdinalIgnoreCase)
    {
        ["plain"] = PromptDialect.Plain, ["a1111"] = PromptDialect.A1111, ["comfyui"] = PromptDialect.ComfyUi,
    };

    /// <summary>The dialect of a name.</summary>
    /// <exception cref="PareidoliaException">There is none.</exception>
    public static PromptDialect Parse(string name) => Names.TryGetValue(name, out PromptDialect dialect) ? dialect
        : throw new PareidoliaException($"There is no prompt dialect '{name}'; there are {string.Join(", ", Names.Keys)}.");

    /// <summary>
    /// A prompt with blanks in the place of all that its dialect does not read as words: brackets, weights, <c>BREAK</c>. Words stay where they are; those
    /// that come and go with the steps are all there.
    /// </summary>
    public static string WordsOf(PromptDialect dialect, string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return PromptReading.Words(dialect, prompt);
    }
}
