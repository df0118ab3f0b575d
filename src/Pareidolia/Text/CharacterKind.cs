using System.Globalization;
using System.Text;

namespace Pareidolia.Text;

/// <summary>What byte-level tokenizers tell apart before they look for pairs.</summary>
internal enum CharacterKind
{
    /// <summary>White space of any sort.</summary>
    Space,

    /// <summary>A letter of any script.</summary>
    Letter,

    /// <summary>A digit or another number.</summary>
    Number,

    /// <summary>Punctuation, signs, marks, controls.</summary>
    Other,
}

/// <summary>The kind of a text's characters.</summary>
internal static class CharacterKinds
{
    /// <summary>The kind of the character at a place, and how many UTF-16 units it takes.</summary>
    public static CharacterKind At(string text, int index, out int length)
    {
        Rune rune = Rune.GetRuneAt(text, index);
        length = rune.Utf16SequenceLength;
        if (Rune.IsWhiteSpace(rune))
            return CharacterKind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterKind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterKind.Number,
            _ => CharacterKind.Other,
        };
    }

    /// <summary>Where a run of one kind ends that begins at a place.</summary>
    public static int EndOfRun(string text, int start)
    {
        CharacterKind kind = At(text, start, out int length);
        int end = start + length;
        while (end < text.Length && At(text, end, out length) == kind)
            end += length;
        return end;
    }

    /// <summary>The text with half surrogate pairs replaced by U+FFFD, so that every place is a character.</summary>
    public static string WellFormed(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
}
