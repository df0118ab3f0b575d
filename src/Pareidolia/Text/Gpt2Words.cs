namespace Pareidolia.Text;

/// <summary>
/// Cuts a text into GPT-2's words, of which nothing is lost: English contractions; runs of letters, of numbers and of the rest, each with the
/// space before it; other white space (https://github.com/openai/gpt-2, encoder.py).
/// </summary>
internal static class Gpt2Words
{
    private static readonly string[] s_contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    /// <summary>The words as [start, end) of a text without half surrogate pairs.</summary>
    public static IEnumerable<(int Start, int End)> Split(string text)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = EndOfWord(text, start);
            yield return (start, end);
            start = end;
        }
    }

    private static int EndOfWord(string text, int start)
    {
        if (text[start] == '\'' && Contraction(text, start) is string found)
            return start + found.Length;
        if (CharacterKinds.At(text, start, out _) != CharacterKind.Space)
            return CharacterKinds.EndOfRun(text, start);
        int end = CharacterKinds.EndOfRun(text, start);
        // The last space of a run goes with the word behind it.
        if (end < text.Length && end - start > 1)
            return end - 1;
        return end < text.Length && text[start] == ' ' ? CharacterKinds.EndOfRun(text, end) : end;
    }

    private static string? Contraction(string text, int start)
    {
        foreach (string candidate in s_contractions)
            if (string.CompareOrdinal(text, start, candidate, 0, candidate.Length) == 0)
                return candidate;
        return null;
    }
}
