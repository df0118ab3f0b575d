using System.Globalization;
using System.Text;

namespace Pareidolia.Text;

/// <summary>
/// What BERT does to a text before it looks for pieces: controls away, a word for every Chinese character and punctuation mark, and for an
/// uncased vocabulary lower case without accents (https://github.com/google-research/bert, tokenization.py).
/// </summary>
internal static class BertNormalizer
{
    /// <summary>The words of a text, none of them empty.</summary>
    public static IEnumerable<string> Words(string text, bool lowerCase)
    {
        string clean = TracedText.Of(Clean(CharacterKinds.WellFormed(text))).Rewrite(CanonicalComposition.Compose).Text;
        foreach (string word in clean.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            foreach (string part in SplitAtPunctuation(lowerCase ? Lowered(word) : word))
                yield return part;
    }

    private static string Clean(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsSpace(rune))
                clean.Append(' ');
            else if (IsIdeograph(rune.Value))
                clean.Append(' ').Append(rune).Append(' ');
            else if (!IsControl(rune))
                clean.Append(rune);
        }
        return clean.ToString();
    }

    private static bool IsSpace(Rune rune) =>
        rune.Value is '\t' or '\n' or '\r' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator;

    private static bool IsControl(Rune rune) => rune.Value is 0 or 0xFFFD || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate;

    private static bool IsIdeograph(int code) => code is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x2F800 and <= 0x2FA1F);

    private static string Lowered(string word)
    {
        // Each character by itself, as transformers does it: a sigma that ends a word stays a plain one.
        StringBuilder lower = new(word.Length);
        foreach (Rune rune in word.EnumerateRunes())
            lower.Append(rune.Value == 'İ' ? "i\u0307" : Rune.ToLowerInvariant(rune).ToString());
        StringBuilder plain = new(word.Length);
        foreach (Rune rune in CanonicalComposition.Decompose(lower.ToString()).EnumerateRunes())
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
                plain.Append(rune);
        return plain.ToString();
    }

    private static IEnumerable<string> SplitAtPunctuation(string word)
    {
        int start = 0;
        for (int i = 0; i < word.Length;)
        {
            Rune rune = Rune.GetRuneAt(word, i);
            int next = i + rune.Utf16SequenceLength;
            if (IsPunctuation(rune))
            {
                if (i > start)
                    yield return word[start..i];
                yield return word[i..next];
                start = next;
            }
            i = next;
        }
        if (start < word.Length)
            yield return word[start..];
    }

    // All of ASCII that is no letter, digit or space counts, such as $ and ^, which Unicode calls symbols.
    private static bool IsPunctuation(Rune rune) =>
        rune.Value is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126) || Rune.IsPunctuation(rune);
}
