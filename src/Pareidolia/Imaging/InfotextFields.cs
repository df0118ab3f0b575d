using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pareidolia.Imaging;

/// <summary>The last line of an infotext: <c>Key: value, Key: "quoted, value"</c>.</summary>
internal static class InfotextFields
{
    /// <summary>
    /// All fields, values still quoted. A key is a word character, then one or more word characters, spaces, hyphens or slashes, up to a
    /// colon; a value is a quoted text, or all up to the next comma. Linear in the length of the line.
    /// </summary>
    public static List<(string Name, string Value)> Find(string line)
    {
        List<(string Name, string Value)> fields = [];
        int from = 0;
        for (int colon; (colon = line.IndexOf(':', from)) >= 0;)
        {
            int start = KeyStart(line, from, colon);
            if (start < 0)
            {
                from = colon + 1;
                continue;
            }
            int end = ValueEnd(line, SkipSpace(line, colon + 1), out string value);
            fields.Add((line[start..colon], value));
            from = Math.Min(end + 1, line.Length);
        }
        return fields;
    }

    /// <summary>A value with a comma, a colon or a line break is written as a JSON string.</summary>
    public static string Quote(string value)
    {
        if (value.AsSpan().IndexOfAny(',', ':', '\n') < 0)
            return value;
        StringBuilder text = new("\"");
        foreach (char character in value)
        {
            text.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => character.ToString(),
            });
        }
        return text.Append('"').ToString();
    }

    /// <summary>The text of a quoted value; what is not one, or a broken one, stands for itself.</summary>
    public static string Unquote(string value)
    {
        if (value.Length < 2 || value[0] != '"' || value[^1] != '"')
            return value;
        try
        {
            using JsonDocument document = JsonDocument.Parse(value);
            return document.RootElement.GetString()!;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return value;
        }
    }

    /// <summary>Reads <c>512x768</c>.</summary>
    public static bool TrySize(string value, out string width, out string height)
    {
        int x = value.IndexOf('x', StringComparison.Ordinal);
        (width, height) = x < 0 ? ("", "") : (value[..x], value[(x + 1)..]);
        return width.Length > 0 && height.Length > 0 && width.All(char.IsDigit) && height.All(char.IsDigit);
    }

    // The key reaches back from its colon as far as its characters go and begins with the first word character there.
    private static int KeyStart(string line, int from, int colon)
    {
        int start = colon;
        while (start > from && (IsWord(line[start - 1]) || line[start - 1] is ' ' or '-' or '/'))
            start--;
        while (start < colon && !IsWord(line[start]))
            start++;
        return colon - start >= 2 ? start : -1;
    }

    private static int ValueEnd(string line, int start, out string value)
    {
        int end = QuotedEnd(line, start);
        if (end < 0)
        {
            int comma = line.IndexOf(',', start);
            end = comma < 0 ? line.Length : comma;
        }
        value = line[start..end];
        return end;
    }

    // Behind the closing quote there must be a comma or the end; an empty pair of quotes is not a quoted text.
    private static int QuotedEnd(string line, int start)
    {
        if (start >= line.Length || line[start] != '"')
            return -1;
        int end = start + 1;
        while (end < line.Length && line[end] != '"')
            end += line[end] == '\\' ? 2 : 1;
        end++;
        bool closed = end <= line.Length && end - start > 2;
        return closed && (end == line.Length || line[end] == ',') ? end : -1;
    }

    private static int SkipSpace(string line, int index)
    {
        while (index < line.Length && char.IsWhiteSpace(line[index]))
            index++;
        return index;
    }

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_';
}
