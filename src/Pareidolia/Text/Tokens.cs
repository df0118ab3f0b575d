namespace Pareidolia.Text;

/// <summary>A prompt cut into tokens, without the start and end tokens.</summary>
/// <param name="Prompt">The prompt as it was typed.</param>
/// <param name="Items">The tokens in order.</param>
/// <param name="Bos">Id of the start token.</param>
/// <param name="Eos">Id of the end token.</param>
/// <param name="Pad">Id that fills up what is shorter than the context.</param>
public sealed record Tokens(string Prompt, IReadOnlyList<Token> Items, int Bos, int Eos, int Pad)
{
    /// <summary>How many tokens the prompt has, without start and end.</summary>
    public int Count => Items.Count;

    /// <summary>Start token, prompt, end token, padding: exactly <paramref name="length"/> ids; what does not fit is cut, the end token stays.</summary>
    /// <param name="length">The context of the text encoder, at least 2 (77 for CLIP).</param>
    /// <param name="pad">Padding id; null takes <see cref="Pad"/>. OpenAI's own code pads with 0.</param>
    public int[] Padded(int length, int? pad = null)
    {
        int[] ids = Enumerable.Repeat(pad ?? Pad, length).ToArray();
        int kept = Kept(length);
        ids[0] = Bos;
        for (int i = 0; i < kept; i++)
            ids[i + 1] = Items[i].Id;
        ids[kept + 1] = Eos;
        return ids;
    }

    /// <summary>The position of the prompt from which on a context of <paramref name="length"/> tokens does not see it; the prompt's length if it sees all.</summary>
    public int CutAt(int length) => Kept(length) == Count ? Prompt.Length : Items[Kept(length)].Start;

    private int Kept(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        return Math.Min(Count, length - 2);
    }
}
