using System.Text;

namespace Pareidolia.Training.Data;

/// <summary>One 512-byte header of a tar file (POSIX.1-2001 ustar; GNU's long sizes and names are read as well).</summary>
/// <param name="Name">The member's path, with its prefix.</param>
/// <param name="Type">The type flag: '0' or NUL a file, 'L' a long name, 'x' extended attributes ...</param>
/// <param name="Size">Bytes of content that follow.</param>
/// <param name="HasMagic">Whether the block says "ustar".</param>
internal readonly record struct TarHeader(string Name, char Type, long Size, bool HasMagic)
{
    public const int BlockLength = 512;

    /// <summary>Whether a file's content follows.</summary>
    public bool IsFile => Type is '0' or '\0' or '7';

    /// <summary>Bytes to pass over to reach the next header; links, devices and folders have no content whatever their size says.</summary>
    public long ContentBlocks => Type is >= '1' and <= '6' ? 0 : (Size + BlockLength - 1) / BlockLength * BlockLength;

    /// <summary>Reads a block; null where its checksum or its numbers are wrong, so that it is no header.</summary>
    public static TarHeader? Parse(ReadOnlySpan<byte> block)
    {
        long? size = Number(block.Slice(124, 12));
        if (size is null or < 0 or > long.MaxValue - BlockLength || Number(block.Slice(148, 8)) != Checksum(block))
            return null;
        string name = Text(block[..100]);
        // GNU's own magic has a blank where POSIX has NUL, and other things than a prefix at its end.
        string prefix = block.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(block.Slice(345, 155)) : "";
        bool hasMagic = block.Slice(257, 5).SequenceEqual("ustar"u8);
        return new TarHeader(prefix.Length > 0 ? $"{prefix}/{name}" : name, (char)block[156], size.Value, hasMagic);
    }

    /// <summary>A field's text up to its first NUL.</summary>
    public static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>The sum of all bytes, those of the checksum itself counted as blanks.</summary>
    private static long Checksum(ReadOnlySpan<byte> block)
    {
        long sum = 8 * ' ';
        for (int i = 0; i < BlockLength; i++)
            if (i is < 148 or >= 156)
                sum += block[i];
        return sum;
    }

    /// <summary>Octal digits between blanks and NULs; or, where the first bit is set, a big-endian binary number.</summary>
    private static long? Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
            return Binary(field);
        ReadOnlySpan<byte> digits = field.Trim(" \0"u8);
        long value = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return null;
            value = value * 8 + (digit - '0');
        }
        return value;
    }

    private static long? Binary(ReadOnlySpan<byte> field)
    {
        Int128 value = field[0] & 0x7f;
        foreach (byte next in field[1..])
            value = value * 256 + next;
        return value <= long.MaxValue ? (long)value : null;
    }
}
