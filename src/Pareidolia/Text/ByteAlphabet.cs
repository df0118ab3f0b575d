namespace Pareidolia.Text;

/// <summary>The printable character that stands for each byte in a byte-level vocabulary (https://github.com/openai/gpt-2).</summary>
internal static class ByteAlphabet
{
    /// <summary>What ends a word's last symbol.</summary>
    public const string WordEnd = "</w>";

    private static readonly Dictionary<char, byte> Bytes = Order().ToDictionary(Character);

    /// <summary>All bytes in the order in which vocabularies list them: the printable ones first.</summary>
    public static IEnumerable<byte> Order() =>
        Enumerable.Range(0, 256).Select(value => (byte)value).OrderBy(value => IsPrintable(value) ? 0 : 1);

    /// <summary>A printable Latin-1 character stands for itself; the others take the places from U+0100 on, in order.</summary>
    public static char Character(byte value) => value switch
    {
        _ when IsPrintable(value) => (char)value,
        <= 0x20 => (char)(0x100 + value),
        <= 0xA0 => (char)(0x121 + value - 0x7F),
        _ => (char)0x143,
    };

    /// <summary>The byte of a character of the alphabet; false for any other character.</summary>
    public static bool TryByte(char character, out byte value) => Bytes.TryGetValue(character, out value);

    private static bool IsPrintable(byte value) => value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or >= 0xAE;
}
