using System.Buffers.Binary;

namespace Pareidolia.Imaging.Exif;

/// <summary>Puts an EXIF block into a JPEG file: a segment APP1 behind the JFIF header (APP0), if there is one.</summary>
internal static class JpegExif
{
    private const int MarkerBytes = 2;
    private const int LongestSegment = ushort.MaxValue;

    private static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>The file with the block in it.</summary>
    /// <exception cref="PareidoliaException">The block is longer than a segment can be.</exception>
    public static byte[] Add(ReadOnlySpan<byte> file, ReadOnlySpan<byte> exif)
    {
        int length = 2 + Prefix.Length + exif.Length;
        if (length > LongestSegment)
            throw new PareidoliaException($"The settings of the picture have {exif.Length} bytes, more than fit into a JPEG; write it as PNG or WebP.");
        byte[] segment = new byte[MarkerBytes + length];
        (segment[0], segment[1]) = (0xFF, 0xE1);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)length);
        Prefix.CopyTo(segment.AsSpan(4));
        exif.CopyTo(segment.AsSpan(4 + Prefix.Length));
        int place = BehindHeader(file);
        return [.. file[..place], .. segment, .. file[place..]];
    }

    private static int BehindHeader(ReadOnlySpan<byte> file) => file[MarkerBytes..].StartsWith((ReadOnlySpan<byte>)[0xFF, 0xE0])
        ? 2 * MarkerBytes + BinaryPrimitives.ReadUInt16BigEndian(file[(2 * MarkerBytes)..])
        : MarkerBytes;
}
