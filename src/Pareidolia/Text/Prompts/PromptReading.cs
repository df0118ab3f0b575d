namespace Pareidolia.Text.Prompts;

/// <summary>Prompts as each dialect reads them.</summary>
internal static class PromptReading
{
    /// <summary>The words alone, see <see cref="PromptDialects.WordsOf"/>.</summary>
    public static string Words(PromptDialect dialect, string prompt)
    {
        PromptWords words = new(prompt);
        Action<PromptWords>[] rules = dialect switch
        {
            PromptDialect.A1111 => [NetworkMentions.Blank, PromptComposition.Blank, PromptSchedule.Blank, WebUiEmphasis.Blank],
            PromptDialect.ComfyUi => [ComfyEmphasis.Blank],
            _ => [],
        };
        foreach (Action<PromptWords> rule in rules)
            rule(words);
        return words.ToString();
    }

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
