using System.Globalization;
using System.Net;

namespace Pareidolia.Text;

/// <summary>Character references of HTML in a prompt, as the web standard reads them (the 252 names of HTML 4).</summary>
internal static class HtmlEntities
{
    private const int LongestName = 32;

    /// <summary>Replaces <c>&amp;name;</c> and <c>&amp;#65;</c> only where the semicolon is there.</summary>
    public static int Closed(string text, int index, out string replacement)
    {
        int consumed = Any(text, index, out replacement);
        return consumed > 0 && text[index + consumed - 1] == ';' ? consumed : 0;
    }

    /// <summary>Replaces references also without the semicolon where the standard still knows them (<c>&amp;amp</c>, <c>&amp;eacute</c>, <c>&amp;#65</c>).</summary>
    public static int Any(string text, int index, out string replacement)
    {
        replacement = "";
        if (text[index] != '&' || index + 1 == text.Length)
            return 0;
        return text[index + 1] == '#' ? Numeric(text, index, out replacement) : Named(text, index, out replacement);
    }

    private static int Numeric(string text, int index, out string replacement)
    {
        bool hex = index + 2 < text.Length && text[index + 2] is 'x' or 'X';
        int start = index + (hex ? 3 : 2);
        int end = start;
        while (end < text.Length && (hex ? char.IsAsciiHexDigit(text[end]) : char.IsAsciiDigit(text[end])))
            end++;
        replacement = "";
        if (end == start)
            return 0;
        // More than 8 digits are beyond Unicode whatever they are, unless they are leading zeros.
        string digits = text[start..end].TrimStart('0');
        uint code = digits.Length > 8 ? uint.MaxValue
            : uint.Parse("0" + digits, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture);
        replacement = CharacterOf(code);
        return end - index + (end < text.Length && text[end] == ';' ? 1 : 0);
    }

    private static string CharacterOf(uint code) => code switch
    {
        0 or > 0x10FFFF or (>= 0xD800 and <= 0xDFFF) => "\uFFFD",
        >= 0x80 and <= 0x9F => Windows1252.Character((byte)code).ToString(),
        0x0D => "\r",
        (< 0x20 and not (0x09 or 0x0A or 0x0C)) or 0x7F => "",
        (>= 0xFDD0 and <= 0xFDEF) => "",
        _ => (code & 0xFFFE) == 0xFFFE ? "" : char.ConvertFromUtf32((int)code),
    };

    private static int Named(string text, int index, out string replacement)
    {
        int end = index + 1;
        while (end < text.Length && end - index <= LongestName && char.IsAsciiLetterOrDigit(text[end]))
            end++;
        bool closed = end < text.Length && text[end] == ';';
        if (closed && TryName(text[(index + 1)..end], out replacement))
            return end + 1 - index;
        return Unclosed(text, index, end, out replacement);
    }

    // The longest old name (Latin-1 letters and the four of markup) that the word begins with.
    private static int Unclosed(string text, int index, int end, out string replacement)
    {
        for (int stop = end; stop > index + 2; stop--)
        {
            if (TryName(text[(index + 1)..stop], out replacement) && replacement[0] is '&' or '<' or '>' or '"' or (>= '\u00A0' and <= '\u00FF'))
                return stop - index;
        }
        replacement = "";
        return 0;
    }

    private static bool TryName(string name, out string replacement)
    {
        string reference = $"&{name};";
        replacement = WebUtility.HtmlDecode(reference);
        if (replacement == reference && name.All(char.IsAsciiLetterUpper))
            replacement = WebUtility.HtmlDecode(reference.ToLowerInvariant()).ToUpperInvariant();
        return !replacement.StartsWith('&') || replacement.Length == 1;
    }
}
