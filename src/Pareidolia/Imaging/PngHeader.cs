using System.Buffers.Binary;

namespace Pareidolia.Imaging;

/// <summary>What a PNG pixel is made of.</summary>
internal enum PngColor : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}

/// <summary>The IHDR chunk.</summary>
internal sealed record PngHeader(int Width, int Height, int Depth, PngColor Color, bool Interlaced)
{
    /// <summary>Bytes of the chunk.</summary>
    public const int Length = 13;

    /// <summary>Samples per pixel in the file.</summary>
    public int Samples => Color switch { PngColor.Rgb => 3, PngColor.Rgba => 4, PngColor.GreyAlpha => 2, _ => 1 };

    /// <summary>Bits per pixel in the file.</summary>
    public int BitsPerPixel => Samples * Depth;

    /// <summary>Distance in bytes to the pixel before, for the filters.</summary>
    public int FilterStep => Math.Max(1, BitsPerPixel / 8);

    /// <summary>Bytes of a row of so many pixels, without its filter byte.</summary>
    public long RowBytes(int pixels) => ((long)pixels * BitsPerPixel + 7) / 8;

    /// <summary>The passes in which the picture is stored: seven when interlaced (Adam7), else one. Empty ones are left out.</summary>
    public IEnumerable<PngPass> Passes() => (Interlaced ? PngPass.Adam7 : PngPass.Whole)
        .Where(pass => pass.Columns(Width) > 0 && pass.Rows(Height) > 0);

    /// <summary>Bytes of all rows with their filter bytes: what the compressed data must hold.</summary>
    public long InflatedBytes() => Passes().Sum(pass => pass.Rows(Height) * (RowBytes(pass.Columns(Width)) + 1));

    public static PngHeader Parse(ReadOnlySpan<byte> data, PngLimits limits)
    {
        if (data.Length != Length)
            throw new PngDamage($"its header has {data.Length} bytes instead of {Length}");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(data), height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
            throw new PngDamage($"it says it is {width}x{height} pixels");
        if ((long)width * height > limits.MaxPixels)
            throw new PngDamage($"it says it is {width}x{height} pixels, more than the {limits.MaxPixels} that are allowed");
        PngHeader header = new((int)width, (int)height, data[8], (PngColor)data[9], data[12] == 1);
        header.Check();
        if (data[10] != 0 || data[11] != 0 || data[12] > 1)
            throw new PngDamage($"compression {data[10]}, filter {data[11]}, interlace {data[12]} is none of the methods of the format (0, 0, 0 or 1)");
        return header;
    }

    private void Check()
    {
        bool known = Color switch
        {
            PngColor.Grey => Depth is 1 or 2 or 4 or 8 or 16,
            PngColor.Palette => Depth is 1 or 2 or 4 or 8,
            PngColor.Rgb or PngColor.GreyAlpha or PngColor.Rgba => Depth is 8 or 16,
            _ => false,
        };
        if (!known)
            throw new PngDamage($"colour type {(byte)Color} with {Depth} bits is none of the format's");
    }
}
