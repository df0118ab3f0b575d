namespace Pareidolia.Text.Prompts;

/// <summary>
/// A prompt whose signs are blanked out, one dialect's rule after the other: what is left are the words that the text encoder hears, each where it was
/// typed.
/// </summary>
internal sealed class PromptWords(string prompt)
{
    private readonly char[] _text = prompt.ToCharArray();

    /// <summary>Blanks from one place to before another.</summary>
    public void Blank(int start, int end) => _text.AsSpan(start, end - start).Fill(' ');

    /// <summary>The words so far.</summary>
    public override string ToString() => new(_text);
}
