namespace Pareidolia.Text;

/// <summary>The Windows-1252 code page, with Latin-1 where it has no character, so that every byte has one.</summary>
internal static class Windows1252
{
    // 0x80..0x9F; the rest of the code page is Latin-1.
    private const string Upper = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

    /// <summary>The character of a byte.</summary>
    public static char Character(byte value) => value is >= 0x80 and <= 0x9F ? Upper[value - 0x80] : (char)value;

    /// <summary>The byte of a character, or -1 where the code page does not have it. A C1 control counts as its own byte.</summary>
    public static int Byte(char character)
    {
        if (character <= '\u00FF')
            return character;
        int index = Upper.IndexOf(character, StringComparison.Ordinal);
        return index < 0 ? -1 : 0x80 + index;
    }
}
