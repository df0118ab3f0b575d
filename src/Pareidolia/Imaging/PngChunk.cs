using System.Buffers.Binary;
using System.Text;

namespace Pareidolia.Imaging;

/// <summary>A named piece of a PNG file.</summary>
internal readonly ref struct PngChunk(string type, ReadOnlySpan<byte> data)
{
    // Length, type and checksum around the data.
    private const int Frame = 12;

    public string Type { get; } = type;

    public ReadOnlySpan<byte> Data { get; } = data;

    /// <summary>A reader that does not know a chunk may pass over it only if its name begins with a small letter.</summary>
    public bool IsCritical => char.IsAsciiLetterUpper(Type[0]);

    /// <summary>Cuts the next chunk off the front of the file and checks its length and checksum.</summary>
    public static PngChunk Next(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < Frame)
            throw new PngDamage(rest.IsEmpty ? "it ends without an end chunk" : "it ends in the middle of a chunk");
        uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        string type = TypeOf(rest.Slice(4, 4));
        if (length > rest.Length - Frame)
            throw new PngDamage($"its {type} chunk has {length} bytes, but only {rest.Length - Frame} are left");
        ReadOnlySpan<byte> named = rest.Slice(4, (int)length + 4);
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(rest[((int)length + 8)..]);
        uint computed = Crc32.Of(named);
        if (stored != computed)
            throw new PngDamage($"the checksum of its {type} chunk is {stored:x8} instead of {computed:x8}");
        rest = rest[((int)length + Frame)..];
        return new PngChunk(type, named[4..]);
    }

    /// <summary>Writes a chunk with its length and checksum.</summary>
    public static void Write(Stream stream, string type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[data.Length + Frame];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc32.Of(chunk.AsSpan(4, data.Length + 4)));
        stream.Write(chunk);
    }

    private static string TypeOf(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            if (!char.IsAsciiLetter((char)value))
                throw new PngDamage($"a chunk is named by the bytes {Convert.ToHexStringLower(bytes)}, which are not letters");
        }
        return Encoding.ASCII.GetString(bytes);
    }
}
