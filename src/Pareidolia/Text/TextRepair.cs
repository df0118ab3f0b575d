using System.Globalization;
using System.Text;

namespace Pareidolia.Text;

/// <summary>
/// Repairs a prompt as the ftfy library does in front of CLIP's tokenizer (https://ftfy.readthedocs.io): HTML references, UTF-8 that
/// was read as Windows-1252, ligatures, full-width forms, curly quotes, terminal colours, control characters, Unicode form C.
/// Of the mis-decodings only the unmistakable sequences (Ã¶, Â°, â€œ, ðŸ±) are repaired, not those through other code pages.
/// </summary>
internal static class TextRepair
{
    // Repairs are repeated until nothing changes (text can be escaped twice); hostile nesting stops here.
    private const int MaxRounds = 8;

    private static readonly RewriteRule[] Rules =
    [
        Misdecoded, C1Control, Compatibility, Quote, LoneSurrogate, TerminalEscape, Control, CanonicalComposition.Compose,
    ];

    /// <summary>True when <see cref="Repair"/> may change the text: anything but printable ASCII and white space without an ampersand.</summary>
    public static bool MayNeed(string text) =>
        text.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0 && text.Any(c => c is (< ' ' or > '~') and not ('\t' or '\n' or '\f' or '\r'))
        || text.Contains('&', StringComparison.Ordinal);

    public static TracedText Repair(TracedText text)
    {
        // References are left alone where there is markup, which shows that they mean themselves.
        bool unescape = !text.Text.Contains('<', StringComparison.Ordinal);
        for (int round = 0; round < MaxRounds; round++)
        {
            TracedText before = text;
            if (unescape)
                text = text.Rewrite(HtmlEntities.Closed);
            text = Rules.Aggregate(text, (current, rule) => current.Rewrite(rule));
            if (ReferenceEquals(text, before))
                break;
        }
        return text;
    }

    private static int Misdecoded(string text, int index, out string replacement)
    {
        replacement = "";
        int length = text[index] switch { 'Ã' or 'Â' => 2, 'â' => 3, 'ð' => 4, _ => 0 };
        if (length == 0 || index + length > text.Length || IsPunctuationAfterWord(text[index + 1]))
            return 0;
        Span<byte> bytes = stackalloc byte[length];
        for (int i = 0; i < length; i++)
        {
            int value = Windows1252.Byte(text[index + i]);
            if (value < 0)
                return 0;
            bytes[i] = (byte)value;
        }
        if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int used) != System.Buffers.OperationStatus.Done || used != length)
            return 0;
        replacement = rune.ToString();
        return length;
    }

    // "romã”" is a word and a quote, not a broken "romÔ".
    private static bool IsPunctuationAfterWord(char character) => character is '‘' or '’' or '“' or '”' or '…' or '–' or '—' or '›' or '‹' or '»';

    private static int C1Control(string text, int index, out string replacement)
    {
        replacement = text[index] is >= '\u0080' and <= '\u009F' ? Windows1252.Character((byte)text[index]).ToString() : "";
        return replacement.Length;
    }

    private static int Compatibility(string text, int index, out string replacement)
    {
        replacement = CompatibilityForms.Of(text[index]);
        return replacement.Length > 0 ? 1 : 0;
    }

    private static int Quote(string text, int index, out string replacement)
    {
        replacement = text[index] switch
        {
            '\u02BC' or (>= '\u2018' and <= '\u201B') => "'",
            >= '\u201C' and <= '\u201F' => "\"",
            _ => "",
        };
        return replacement.Length;
    }

    private static int LoneSurrogate(string text, int index, out string replacement)
    {
        char character = text[index];
        bool paired = char.IsHighSurrogate(character) ? index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])
            : index > 0 && char.IsHighSurrogate(text[index - 1]);
        replacement = char.IsSurrogate(character) && !paired ? "\uFFFD" : "";
        return replacement.Length;
    }

    // ESC [ numbers and semicolons, one letter.
    private static int TerminalEscape(string text, int index, out string replacement)
    {
        replacement = "";
        if (text[index] != '\u001B' || index + 2 >= text.Length || text[index + 1] != '[')
            return 0;
        int end = index + 2;
        while (end < text.Length && (text[end] == ';' || char.GetUnicodeCategory(text[end]) == UnicodeCategory.DecimalDigitNumber))
            end++;
        return end < text.Length && char.IsAsciiLetter(text[end]) ? end + 1 - index : 0;
    }

    private static int Control(string text, int index, out string replacement)
    {
        replacement = "";
        return text[index] is (< ' ' and not ('\t' or '\n' or '\f' or '\r')) or '\u007F' or (>= '\u206A' and <= '\u206F')
            or '\uFEFF' or (>= '\uFFF9' and <= '\uFFFC') ? 1 : 0;
    }
}
