namespace Pareidolia.Text;

/// <summary>Cuts a normalised prompt into CLIP's words: special tokens, English contractions, runs of letters, single digits, runs of the rest.</summary>
internal static class ClipWords
{
    /// <summary>The literal that starts a text.</summary>
    public const string Start = "<|startoftext|>";

    /// <summary>The literal that ends a text.</summary>
    public const string End = "<|endoftext|>";

    // In the order in which they are tried.
    private static readonly string[] Literals = [Start, End, "'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    /// <summary>The words as [start, end) of the text; white space lies between them.</summary>
    public static IEnumerable<(int Start, int End)> Split(string text)
    {
        int index = 0;
        while (index < text.Length)
        {
            int start = index;
            if (CharacterKinds.At(text, index, out int length) == CharacterKind.Space)
            {
                index += length;
                continue;
            }
            index = EndOfWord(text, start);
            yield return (start, index);
        }
    }

    private static int EndOfWord(string text, int start)
    {
        if (text[start] is '<' or '\'')
        {
            string? literal = Literals.FirstOrDefault(candidate => Folded(text, start, candidate.Length) == candidate);
            if (literal is not null)
                return start + literal.Length;
        }
        CharacterKind kind = CharacterKinds.At(text, start, out int length);
        return kind == CharacterKind.Number ? start + length : CharacterKinds.EndOfRun(text, start);
    }

    // CLIP compares without case; in lower-case text that leaves the long s, which folds to s.
    private static string Folded(string text, int start, int length) =>
        text.Substring(start, Math.Min(length, text.Length - start)).Replace('ſ', 's');
}
