using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Pareidolia.Tests.Imaging;

/// <summary>
/// A PNG encoder for every colour type, depth and interlacing, written for clarity and without the library's code: samples in, file out.
/// Each row takes the next of the five filters.
/// </summary>
internal sealed class TestPng(int width, int height, int depth, int color, bool interlaced = false)
{
    private static readonly (int Left, int Top, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    public int Samples { get; } = color switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>The value of sample c at (x, y).</summary>
    public required Func<int, int, int, int> Sample { get; init; }

    /// <summary>Chunks between the header and the data.</summary>
    public List<(string Type, byte[] Data)> Extra { get; } = [];

    /// <summary>The data is cut into chunks of this many bytes.</summary>
    public int DataChunk { get; init; } = 40;

    public byte[] Encode()
    {
        List<byte> file = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)color, (byte)(interlaced ? 1 : 0));
        AddChunk(file, "IHDR", header);
        Extra.ForEach(chunk => AddChunk(file, chunk.Type, chunk.Data));
        foreach (byte[] part in Deflate(Rows()).Chunk(DataChunk))
            AddChunk(file, "IDAT", part);
        AddChunk(file, "IEND", []);
        return [.. file];
    }

    public static void AddChunk(List<byte> file, string type, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.AddRange(BigEndian((uint)data.Length));
        file.AddRange(named);
        file.AddRange(BigEndian(Crc(named)));
    }

    public static byte[] Deflate(byte[] data)
    {
        using MemoryStream stream = new();
        using (ZLibStream deflater = new(stream, CompressionLevel.Fastest))
            deflater.Write(data);
        return stream.ToArray();
    }

    private static byte[] BigEndian(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    // Bit by bit, as the specification defines it.
    private static uint Crc(byte[] data)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
        }
        return crc ^ 0xFFFFFFFF;
    }

    private byte[] Rows()
    {
        List<byte> rows = [];
        foreach ((int left, int top, int stepX, int stepY) in interlaced ? Adam7 : [(0, 0, 1, 1)])
        {
            int[] columns = Enumerable.Range(0, width).Where(x => x >= left && (x - left) % stepX == 0).ToArray();
            byte[] above = new byte[(columns.Length * Samples * depth + 7) / 8];
            for (int y = top; y < height && columns.Length > 0; y += stepY)
            {
                byte[] row = Pack(columns, y);
                int filter = y % 5;
                rows.Add((byte)filter);
                rows.AddRange(Filter(filter, row, above));
                above = row;
            }
        }
        return [.. rows];
    }

    private byte[] Pack(int[] columns, int y)
    {
        byte[] row = new byte[(columns.Length * Samples * depth + 7) / 8];
        int bit = 0;
        foreach (int x in columns)
        {
            for (int c = 0; c < Samples; c++)
            {
                for (int b = depth - 1; b >= 0; b--, bit++)
                    row[bit / 8] |= (byte)(((Sample(x, y, c) >> b) & 1) << (7 - bit % 8));
            }
        }
        return row;
    }

    private IEnumerable<byte> Filter(int filter, byte[] row, byte[] above)
    {
        int step = Math.Max(1, Samples * depth / 8);
        for (int i = 0; i < row.Length; i++)
        {
            int a = i < step ? 0 : row[i - step], b = above[i], c = i < step ? 0 : above[i - step];
            int p = a + b - c;
            int paeth = new[] { a, b, c }.MinBy(value => Math.Abs(p - value));
            yield return (byte)(row[i] - filter switch { 1 => a, 2 => b, 3 => (a + b) / 2, 4 => paeth, _ => 0 });
        }
    }
}
