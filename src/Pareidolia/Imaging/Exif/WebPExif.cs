using System.Buffers.Binary;

namespace Pareidolia.Imaging.Exif;

/// <summary>
/// Puts an EXIF block into a WebP file (https://developers.google.com/speed/webp/docs/riff_container): a chunk at the end, announced by the
/// first chunk, VP8X, which a simple file does not have yet.
/// </summary>
internal static class WebPExif
{
    private const int RiffBytes = 12, ChunkHead = 8, ExtendedBytes = 10;
    private const byte HasExif = 0x08, HasAlpha = 0x10;

    /// <summary>The file with the block in it, in place of any that it has.</summary>
    public static byte[] Add(ReadOnlySpan<byte> file, ReadOnlySpan<byte> exif, Image image)
    {
        byte[] extended = Chunk("VP8X"u8, Extended(image));
        List<byte> others = [];
        for (ReadOnlySpan<byte> rest = file[RiffBytes..]; rest.Length >= ChunkHead;)
        {
            ReadOnlySpan<byte> chunk = Next(ref rest);
            if (chunk.StartsWith("VP8X"u8))
                extended = chunk.ToArray();
            else if (!chunk.StartsWith("EXIF"u8))
                others.AddRange(chunk);
        }
        extended[ChunkHead] |= HasExif;
        byte[] whole = [.. file[..RiffBytes], .. extended, .. others, .. Chunk("EXIF"u8, exif)];
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(4), whole.Length - ChunkHead);
        return whole;
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
        ReadOnlySpan<byte> chunk = rest[..(ChunkHead + length + length % 2)];
        rest = rest[chunk.Length..];
        return chunk;
    }

    private static byte[] Extended(Image image)
    {
        byte[] data = new byte[ExtendedBytes];
        data[0] = image.Channels == 4 ? HasAlpha : (byte)0;
        // Sides less one, in 24 bits.
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(4), image.Width - 1);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(7), (ushort)(image.Height - 1));
        return data;
    }

    // Chunks have even lengths, filled up with a zero that does not count.
    private static byte[] Chunk(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[ChunkHead + data.Length + data.Length % 2];
        name.CopyTo(chunk);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), data.Length);
        data.CopyTo(chunk.AsSpan(ChunkHead));
        return chunk;
    }
}
