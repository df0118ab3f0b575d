using System.Globalization;
using System.Text;

namespace Pareidolia.Text;

/// <summary>
/// What CLIP does to a prompt before it looks for words: repair, HTML references, one space between words, lower case
/// (https://github.com/openai/CLIP, simple_tokenizer).
/// </summary>
internal static class ClipNormalizer
{
    public static TracedText Normalize(string prompt)
    {
        TracedText text = TracedText.Of(prompt);
        if (TextRepair.MayNeed(prompt))
            text = TextRepair.Repair(text).Rewrite(HtmlEntities.Any).Rewrite(HtmlEntities.Any);
        return Trim(text.Rewrite(Space)).Rewrite(Lower);
    }

    private static TracedText Trim(TracedText text)
    {
        ReadOnlySpan<char> all = text.Text;
        int start = all.Length - all.TrimStart().Length;
        return text.Slice(start, Math.Max(start, all.TrimEnd().Length));
    }

    private static int Space(string text, int index, out string replacement)
    {
        int end = index;
        while (end < text.Length && char.IsWhiteSpace(text[end]))
            end++;
        replacement = " ";
        return end - index == 1 && text[index] == ' ' ? 0 : end - index;
    }

    // Full lower casing: the dotted capital I gives two characters, a sigma that ends a word its own form.
    private static int Lower(string text, int index, out string replacement)
    {
        replacement = "";
        char character = text[index];
        if (character < 'A' || char.IsAsciiLetterLower(character) || char.IsLowSurrogate(character)
            || !Rune.TryGetRuneAt(text, index, out Rune rune))
            return 0;
        replacement = character switch
        {
            'İ' => "i\u0307",
            'Σ' when EndsWord(text, index) => "ς",
            _ => Rune.ToLowerInvariant(rune).ToString(),
        };
        return replacement.Length == rune.Utf16SequenceLength && text.AsSpan(index).StartsWith(replacement, StringComparison.Ordinal)
            ? 0 : rune.Utf16SequenceLength;
    }

    private static bool EndsWord(string text, int index)
    {
        int before = index - 1, after = index + 1;
        while (before >= 0 && IsCaseIgnorable(text[before]))
            before--;
        while (after < text.Length && IsCaseIgnorable(text[after]))
            after++;
        return before >= 0 && IsCased(text[before]) && !(after < text.Length && IsCased(text[after]));
    }

    private static bool IsCased(char character) => char.GetUnicodeCategory(character)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsCaseIgnorable(char character) => character is '\'' or '.' or ':' or '·' or '’'
        || char.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
