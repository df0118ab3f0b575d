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

/// <summary>Prompts as each dialect reads them.</summary>
internal static class PromptReading
{
    /// <summary>The dialects by the names that people type.</summary>
    public static IReadOnlyDictionary<string, PromptDialect> Names { get; } = new Dictionary<string, PromptDialect>(StringComparer.OrdinalIgnoreCase)
    {
        ["plain"] = PromptDialect.Plain, ["a1111"] = PromptDialect.A1111, ["comfyui"] = PromptDialect.ComfyUi,
    };

    /// <summary>The dialect of a name.</summary>
    /// <exception cref="PareidoliaException">There is none.</exception>
    public static PromptDialect Named(string name) => Names.TryGetValue(name, out PromptDialect dialect) ? dialect
        : throw new PareidoliaException($"There is no prompt dialect '{name}'; there are {string.Join(", ", Names.Keys)}.");

    /// <summary>The prompts that make one picture together.</summary>
    public static IReadOnlyList<WeightedText> Parts(PromptDialect dialect, string prompt) =>
        dialect == PromptDialect.A1111 ? PromptComposition.Split(NetworkMentions.Take(prompt).Prompt) : [new WeightedText(prompt, 1)];

    /// <summary>The texts of one of them in the order of their steps.</summary>
    public static IReadOnlyList<ScheduledText> Schedule(PromptDialect dialect, string part, SchedulePass pass) =>
        dialect == PromptDialect.A1111 ? PromptSchedule.Parse(part).Over(pass) : [new ScheduledText(pass.Steps, part)];

    /// <summary>What the text encoder reads of one text: chunks of <paramref name="length"/> tokens, at least one.</summary>
    public static IReadOnlyList<TokenChunk> Chunks(
        PromptDialect dialect, string text, ClipTokenizer tokenizer, int length, IReadOnlyDictionary<string, LearnedWord> learned) => dialect switch
        {
            PromptDialect.A1111 => WebUiChunks.Cut(WebUiEmphasis.Parse(text), tokenizer, length, learned.Values),
            PromptDialect.ComfyUi => ComfyChunks.Cut(ComfyEmphasis.Parse(text), tokenizer, length, learned),
            _ => [TokenChunk.Framed([.. tokenizer.Tokenize(text).Items.Take(length - 2).Select(token => new PromptToken(token.Id, 1))], tokenizer, length)],
        };
}
