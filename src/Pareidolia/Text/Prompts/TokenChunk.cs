namespace Pareidolia.Text.Prompts;

/// <summary>A word that was learned by textual inversion (https://arxiv.org/abs/2208.01618): rows that stand in for tokens.</summary>
/// <param name="Name">How prompts call it.</param>
/// <param name="Rows">How many tokens it takes the place of.</param>
internal sealed record LearnedWord(string Name, int Rows);

/// <summary>A token of a prompt with its weight.</summary>
/// <param name="Id">Its row in the text encoder's table; without meaning where a learned word stands in.</param>
/// <param name="Weight">How strongly it counts.</param>
/// <param name="Learned">The learned word, if one stands here.</param>
/// <param name="Row">Which of its rows.</param>
internal readonly record struct PromptToken(int Id, double Weight, LearnedWord? Learned = null, int Row = 0);

/// <summary>What a text encoder reads at once: start token, a piece of the prompt, end token, padding.</summary>
/// <param name="Tokens">Exactly as many as the encoder's context has.</param>
internal sealed record TokenChunk(IReadOnlyList<PromptToken> Tokens)
{
    /// <summary>Whether some token counts more or less than it is written.</summary>
    public bool IsWeighted => Tokens.Any(token => token.Weight != 1);

    /// <summary>Frames at most length - 2 tokens.</summary>
    public static TokenChunk Framed(IReadOnlyList<PromptToken> tokens, ClipTokenizer tokenizer, int length) => new(
    [
        new PromptToken(tokenizer.Bos, 1), .. tokens, new PromptToken(tokenizer.Eos, 1),
        .. Enumerable.Repeat(new PromptToken(tokenizer.Pad, 1), length - tokens.Count - 2),
    ]);
}
