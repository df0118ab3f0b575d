namespace Pareidolia.Text;

/// <summary>Cuts a text into whole words: lower-case runs of letters with the apostrophes inside them, numbers, and runs of one punctuation mark.</summary>
public static class WordSplit
{
    /// <summary>The words of a text and where each stands in it, [start, end).</summary>
    public static IEnumerable<(string Word, int Start, int End)> Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string formed = CharacterKinds.WellFormed(text);
        for (int start = 0; start < formed.Length;)
        {
            CharacterKind kind = CharacterKinds.At(formed, start, out int length);
            int end = kind switch
            {
                CharacterKind.Letter => EndOfLetters(formed, start),
                CharacterKind.Other => EndOfRepeats(formed, start, length),
                _ => CharacterKinds.EndOfRun(formed, start),
            };
            if (kind != CharacterKind.Space)
                yield return (formed[start..end].ToLowerInvariant(), start, end);
            start = end;
        }
    }

    // "don't" is one word, the quotes of 'go' are not of it.
    private static int EndOfLetters(string text, int start)
    {
        int end = CharacterKinds.EndOfRun(text, start);
        while (end + 1 < text.Length && text[end] is '\'' or '’' && CharacterKinds.At(text, end + 1, out _) == CharacterKind.Letter)
            end = CharacterKinds.EndOfRun(text, end + 1);
        return end;
    }

    private static int EndOfRepeats(string text, int start, int length)
    {
        int end = start + length;
        while (end + length <= text.Length && string.CompareOrdinal(text, start, text, end, length) == 0)
            end += length;
        return end;
    }
}
