using System.IO.Compression;
using System.Text;

namespace Pareidolia.Imaging;

/// <summary>Texts in a PNG: tEXt and zTXt in Latin-1, iTXt in UTF-8 (https://www.w3.org/TR/png-3/#11textinfo).</summary>
internal static class PngText
{
    private const int LongestKey = 79;

    /// <summary>Reads one text chunk.</summary>
    /// <param name="chunk">A tEXt, zTXt or iTXt chunk.</param>
    /// <param name="limit">Most bytes that the text may have.</param>
    public static (string Key, string Text) Read(PngChunk chunk, int limit)
    {
        ReadOnlySpan<byte> rest = chunk.Data;
        string key = Encoding.Latin1.GetString(Field(ref rest, chunk.Type));
        if (key.Length is 0 or > LongestKey)
            throw new PngDamage($"a text has a key of {key.Length} characters; 1 to {LongestKey} are allowed");
        string text = chunk.Type switch
        {
            "zTXt" => Encoding.Latin1.GetString(Inflate(AfterMethod(rest), limit)),
            "iTXt" => International(rest, limit),
            _ => Encoding.Latin1.GetString(Bounded(rest, limit)),
        };
        return (key, text);
    }

    /// <summary>Writes a text as tEXt where Latin-1 has all its characters, else as iTXt.</summary>
    /// <exception cref="PareidoliaException">The key is not one that PNG allows.</exception>
    public static void Write(Stream stream, string key, string text)
    {
        CheckKey(key);
        // Zero ends a field in these chunks, so a text cannot hold one.
        string content = text.Replace('\0', '\uFFFD');
        bool latin = content.All(character => character <= '\u00FF');
        byte[] data = latin
            ? [.. Encoding.Latin1.GetBytes(key), 0, .. Encoding.Latin1.GetBytes(content)]
            : [.. Encoding.Latin1.GetBytes(key), 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(content)];
        PngChunk.Write(stream, latin ? "tEXt" : "iTXt", data);
    }

    private static void CheckKey(string key)
    {
        bool printable = key.All(character => character is (>= ' ' and <= '~') or (>= '\u00A1' and <= '\u00FF'));
        if (key.Length is 0 or > LongestKey || !printable || key != key.Trim(' ') || key.Contains("  ", StringComparison.Ordinal))
            throw new PareidoliaException($"'{key}' cannot name a text in a PNG: 1 to {LongestKey} Latin-1 characters with single spaces inside are allowed.");
    }

    private static string International(ReadOnlySpan<byte> rest, int limit)
    {
        if (rest.Length < 2 || rest[0] > 1)
            throw new PngDamage("an iTXt chunk does not say whether it is compressed");
        bool compressed = rest[0] == 1;
        ReadOnlySpan<byte> fields = compressed ? AfterMethod(rest[1..]) : rest[2..];
        Field(ref fields, "iTXt"); // language
        Field(ref fields, "iTXt"); // translated key
        return Encoding.UTF8.GetString(compressed ? Inflate(fields, limit) : Bounded(fields, limit));
    }

    private static ReadOnlySpan<byte> Field(ref ReadOnlySpan<byte> rest, string type)
    {
        int end = rest.IndexOf((byte)0);
        if (end < 0)
            throw new PngDamage($"a {type} chunk breaks off in one of its fields");
        ReadOnlySpan<byte> field = rest[..end];
        rest = rest[(end + 1)..];
        return field;
    }

    private static ReadOnlySpan<byte> AfterMethod(ReadOnlySpan<byte> rest) => rest.Length > 0 && rest[0] == 0 ? rest[1..]
        : throw new PngDamage("a text is compressed by a method that the format does not have");

    private static ReadOnlySpan<byte> Bounded(ReadOnlySpan<byte> bytes, int limit) => bytes.Length <= limit ? bytes : throw TooLong(limit);

    private static byte[] Inflate(ReadOnlySpan<byte> data, int limit)
    {
        using ZLibStream inflater = new(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
        using MemoryStream text = new();
        byte[] buffer = new byte[4096];
        for (int count; (count = inflater.Read(buffer)) > 0;)
        {
            if (text.Length + count > limit)
                throw TooLong(limit);
            text.Write(buffer, 0, count);
        }
        return text.ToArray();
    }

    private static PngDamage TooLong(int limit) => new($"its texts have more than the {limit} bytes that are left to them");
}
