using System.Buffers.Binary;
using System.Text;

namespace Pareidolia.Imaging.Exif;

/// <summary>
/// An infotext as the web UI puts it into JPEG and WebP files: the only entry of an EXIF block (a TIFF structure, CIPA DC-008), behind the word
/// UNICODE, in UTF-16 with the high byte first.
/// </summary>
internal static class UserComment
{
    private const ushort Comment = 0x9286, Pointer = 0x8769;
    private const ushort LongType = 4, UndefinedType = 7;
    private const int HeaderBytes = 8, EntryBytes = 12;

    // A directory of one entry: how many there are, the entry, where the next directory is.
    private const int DirectoryBytes = 2 + EntryBytes + 4;
    private const int CodeBytes = 8;

    private static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    private static ReadOnlySpan<byte> Unicode => "UNICODE\0"u8;

    /// <summary>The EXIF block that holds a text.</summary>
    public static byte[] Write(string text)
    {
        byte[] words = Encoding.BigEndianUnicode.GetBytes(text);
        byte[] block = new byte[HeaderBytes + 2 * DirectoryBytes + CodeBytes + words.Length];
        "MM\0*"u8.CopyTo(block);
        BinaryPrimitives.WriteInt32BigEndian(block.AsSpan(4), HeaderBytes);
        WriteDirectory(block.AsSpan(HeaderBytes), Pointer, LongType, 1, HeaderBytes + DirectoryBytes);
        WriteDirectory(block.AsSpan(HeaderBytes + DirectoryBytes), Comment, UndefinedType, CodeBytes + words.Length, HeaderBytes + 2 * DirectoryBytes);
        Span<byte> value = block.AsSpan(HeaderBytes + 2 * DirectoryBytes);
        Unicode.CopyTo(value);
        words.CopyTo(value[CodeBytes..]);
        return block;
    }

    /// <summary>The text of an EXIF block; null where there is none, or the block is damaged.</summary>
    public static string? Read(ReadOnlySpan<byte> exif)
    {
        ReadOnlySpan<byte> block = exif.StartsWith(Prefix) ? exif[Prefix.Length..] : exif;
        if (block.Length < HeaderBytes || !(block.StartsWith("II*\0"u8) || block.StartsWith("MM\0*"u8)))
            return null;
        bool little = block[0] == 'I';
        if (!TryFind(block, Number(block[4..], little), Pointer, little, out ReadOnlySpan<byte> pointer)
            || !TryFind(block, Number(pointer[8..], little), Comment, little, out ReadOnlySpan<byte> entry))
            return null;
        uint length = Number(entry[4..], little), at = Number(entry[8..], little);
        bool inside = length >= CodeBytes && at <= block.Length && length <= block.Length - at;
        return inside ? Decode(block.Slice((int)at, (int)length), little) : null;
    }

    private static void WriteDirectory(Span<byte> directory, ushort tag, ushort type, int count, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(directory, 1);
        BinaryPrimitives.WriteUInt16BigEndian(directory[2..], tag);
        BinaryPrimitives.WriteUInt16BigEndian(directory[4..], type);
        BinaryPrimitives.WriteInt32BigEndian(directory[6..], count);
        BinaryPrimitives.WriteInt32BigEndian(directory[10..], value);
    }

    private static bool TryFind(ReadOnlySpan<byte> block, uint directory, ushort tag, bool little, out ReadOnlySpan<byte> entry)
    {
        entry = default;
        if (directory > block.Length - 2)
            return false;
        ReadOnlySpan<byte> rest = block[(int)directory..];
        int count = Math.Min(Short(rest, little), (rest.Length - 2) / EntryBytes);
        for (int i = 0; i < count; i++)
        {
            entry = rest.Slice(2 + i * EntryBytes, EntryBytes);
            if (Short(entry, little) == tag)
                return true;
        }
        return false;
    }

    private static string? Decode(ReadOnlySpan<byte> value, bool little)
    {
        ReadOnlySpan<byte> text = value[CodeBytes..];
        if (value.StartsWith(Unicode))
            return (IsLittle(text, little) ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(text).TrimEnd('\0');
        // ASCII, or a code of eight zeros, behind which programs write what they like.
        return value.StartsWith("JIS"u8) ? null : Encoding.UTF8.GetString(text).TrimEnd('\0', ' ');
    }

    // The web UI writes the high byte first in any block, other programs write in the block's order. Settings hold many ASCII characters, whose
    // high byte is zero.
    private static bool IsLittle(ReadOnlySpan<byte> text, bool block)
    {
        int zeros = 0;
        for (int i = 0; i < text.Length; i++)
            zeros += text[i] != 0 ? 0 : i % 2 == 0 ? -1 : 1;
        return zeros == 0 ? block : zeros > 0;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint Number(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
