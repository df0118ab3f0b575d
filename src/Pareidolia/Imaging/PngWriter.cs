using System.Buffers.Binary;
using System.IO.Compression;
using Pareidolia.Files;

namespace Pareidolia.Imaging;

/// <summary>Writes 8-bit grey, RGB and RGBA pictures with their texts as PNG (https://www.w3.org/TR/png-3). The same picture gives the same bytes.</summary>
public static class PngWriter
{
    // Readers may look at texts before they decode anything, so these stand in front of the data, which stands in pieces of this size.
    private const int DataChunk = 1 << 20;

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Writes a file; it is complete or not there (see <see cref="AtomicFile"/>).</summary>
    /// <exception cref="PareidoliaException">The file cannot be written, or a text has a name that PNG does not allow.</exception>
    public static void Write(string path, Image image) => AtomicFile.Write(path, stream => Write(stream, image));

    /// <summary>The file as bytes.</summary>
    public static byte[] Encode(Image image)
    {
        using MemoryStream stream = new();
        Write(stream, image);
        return stream.ToArray();
    }

    /// <summary>Writes the file to a stream, from its current position.</summary>
    /// <exception cref="PareidoliaException">A text has a name that PNG does not allow.</exception>
    public static void Write(Stream stream, Image image)
    {
        stream.Write(Signature);
        PngChunk.Write(stream, "IHDR", Header(image));
        foreach (KeyValuePair<string, string> text in image.Texts)
            PngText.Write(stream, text.Key, text.Value);
        byte[] data = Compress(image);
        for (int start = 0; start < data.Length; start += DataChunk)
            PngChunk.Write(stream, "IDAT", data.AsSpan(start, Math.Min(DataChunk, data.Length - start)));
        PngChunk.Write(stream, "IEND", []);
    }

    private static byte[] Header(Image image)
    {
        byte[] header = new byte[PngHeader.Length];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        header[8] = 8;
        header[9] = (byte)(image.Channels switch { 1 => PngColor.Grey, 3 => PngColor.Rgb, _ => PngColor.Rgba });
        return header;
    }

    private static byte[] Compress(Image image)
    {
        using MemoryStream compressed = new();
        using (ZLibStream deflater = new(compressed, CompressionLevel.Optimal))
        {
            byte[] best = new byte[image.Width * image.Channels + 1], candidate = new byte[best.Length];
            ReadOnlySpan<byte> above = new byte[best.Length - 1];
            for (int y = 0; y < image.Height; y++)
            {
                FilterRow(image.Row(y), above, image.Channels, ref best, ref candidate);
                deflater.Write(best);
                above = image.Row(y);
            }
        }
        return compressed.ToArray();
    }

    // The filter whose bytes are smallest; of equals the first.
    private static void FilterRow(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, ref byte[] best, ref byte[] candidate)
    {
        long lowest = long.MaxValue;
        for (int filter = 0; filter < PngFilter.Count; filter++)
        {
            candidate[0] = (byte)filter;
            long cost = PngFilter.Apply(filter, row, above, step, candidate.AsSpan(1));
            if (cost >= lowest)
                continue;
            lowest = cost;
            (best, candidate) = (candidate, best);
        }
    }
}
