using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace Pareidolia.Imaging;

/// <summary>
/// Reads PNG files (https://www.w3.org/TR/png-3) of every colour type, bit depth and interlacing as 8-bit RGB or RGBA with their texts.
/// Colour profiles and gamma are not applied. Rows are decompressed one by one, so that a file can ask for no more memory than its
/// picture needs, and a picture that the compressed bytes cannot hold is refused before it is allocated.
/// </summary>
public sealed class PngReader
{
    // No deflate stream expands by more: 258 bytes from 2 bits.
    private const long LargestExpansion = 1032;

    private readonly PngLimits _limits;
    private readonly OrderedDictionary<string, string> _texts = [];
    private readonly ArrayBufferWriter<byte> _compressed = new();
    private PngHeader? _header;
    private byte[]? _palette;
    private byte[]? _transparency;
    private bool _dataEnded;
    private int _textBytesLeft;

    private PngReader(PngLimits limits)
    {
        _limits = limits;
        _textBytesLeft = limits.MaxTextBytes;
    }

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads a file.</summary>
    /// <exception cref="PareidoliaException">The file cannot be opened or is not a readable PNG; the message says why.</exception>
    public static Image Read(string path, PngLimits? limits = null)
    {
        try
        {
            return Read(File.ReadAllBytes(path), path, limits);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot read the picture '{path}': {error.Message}", error);
        }
    }

    /// <summary>Reads a PNG that is in memory.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What error messages call it.</param>
    /// <param name="limits">How much memory it may ask for; null takes <see cref="PngLimits.Default"/>.</param>
    /// <exception cref="PareidoliaException">It is not a readable PNG; the message says why.</exception>
    public static Image Read(ReadOnlySpan<byte> file, string name, PngLimits? limits = null)
    {
        try
        {
            return new PngReader(limits ?? PngLimits.Default).ReadChunks(file);
        }
        catch (Exception error) when (error is PngDamage or InvalidDataException or IOException)
        {
            // The decompressor answers some damage with an IOException of its own.
            string what = error is PngDamage ? error.Message : "its compressed data is damaged";
            throw new PareidoliaException($"'{name}' is not a readable PNG: {what}.", error);
        }
    }

    /// <summary>True when the bytes begin as a PNG file does.</summary>
    public static bool IsPng(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    private Image ReadChunks(ReadOnlySpan<byte> file)
    {
        if (!IsPng(file))
            throw new PngDamage(file.IsEmpty ? "it is empty" : "it does not begin with the PNG signature");
        ReadOnlySpan<byte> rest = file[Signature.Length..];
        while (true)
        {
            PngChunk chunk = PngChunk.Next(ref rest);
            if (_header is null && chunk.Type != "IHDR")
                throw new PngDamage($"it begins with a {chunk.Type} chunk instead of its header");
            if (chunk.Type == "IEND")
                return Decode(_header!);
            Take(chunk);
            _dataEnded = _compressed.WrittenCount > 0 && chunk.Type != "IDAT";
        }
    }

    private void Take(PngChunk chunk)
    {
        switch (chunk.Type)
        {
            case "IHDR":
                _header = _header is null ? PngHeader.Parse(chunk.Data, _limits) : throw new PngDamage("it has two headers");
                break;
            case "PLTE":
                TakePalette(chunk.Data);
                break;
            case "tRNS":
                _transparency = InPlace(chunk, _transparency);
                break;
            case "IDAT":
                if (_dataEnded)
                    throw new PngDamage("its picture data is interrupted by another chunk");
                _compressed.Write(chunk.Data);
                break;
            case "tEXt" or "zTXt" or "iTXt":
                TakeText(chunk);
                break;
            default:
                if (chunk.IsCritical)
                    throw new PngDamage($"it needs the unknown chunk {chunk.Type}");
                break;
        }
    }

    private void TakePalette(ReadOnlySpan<byte> data)
    {
        if (_palette is not null || _compressed.WrittenCount > 0)
            throw new PngDamage("it has a second palette, or one behind its picture data");
        if (data.IsEmpty || data.Length % 3 != 0 || data.Length > 256 * 3)
            throw new PngDamage($"its palette has {data.Length} bytes; 3 to 768 in steps of 3 are allowed");
        _palette = data.ToArray();
    }

    private byte[] InPlace(PngChunk chunk, byte[]? before) => before is null && _compressed.WrittenCount == 0 ? chunk.Data.ToArray()
        : throw new PngDamage($"it has a second {chunk.Type} chunk, or one behind its picture data");

    // The first text of a name counts.
    private void TakeText(PngChunk chunk)
    {
        (string key, string text) = PngText.Read(chunk, _textBytesLeft);
        _textBytesLeft -= Encoding.UTF8.GetByteCount(text);
        if (_textBytesLeft < 0)
            throw new PngDamage($"its texts have more than {_limits.MaxTextBytes} bytes");
        _texts.TryAdd(key, text);
    }

    private Image Decode(PngHeader header)
    {
        PngColorTable colors = new(header, _palette, _transparency);
        if (header.InflatedBytes() > _compressed.WrittenCount * LargestExpansion)
            throw new PngDamage($"its {_compressed.WrittenCount} bytes of picture data cannot hold {header.Width}x{header.Height} pixels");
        if ((long)header.Width * header.Height * colors.Channels > Array.MaxLength)
            throw new PngDamage($"{header.Width}x{header.Height} pixels do not fit into one block of memory");
        Image image = new(header.Width, header.Height, colors.Channels);
        using ZLibStream inflater = new(new MemoryStream(_compressed.WrittenSpan.ToArray()), CompressionMode.Decompress);
        foreach (PngPass pass in header.Passes())
            DecodePass(inflater, header, pass, colors, image);
        // Asking once more lets the decompressor check its own checksum; anything behind the picture is passed over.
        _ = inflater.ReadByte();
        foreach (KeyValuePair<string, string> text in _texts)
            image.Texts.Add(text.Key, text.Value);
        return image;
    }

    private static void DecodePass(Stream inflater, PngHeader header, PngPass pass, PngColorTable colors, Image image)
    {
        int columns = pass.Columns(header.Width), rows = pass.Rows(header.Height);
        byte[] row = new byte[header.RowBytes(columns) + 1], above = new byte[row.Length];
        for (int y = 0; y < rows; y++)
        {
            if (inflater.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length)
                throw new PngDamage($"its picture data ends before row {pass.Top + y * pass.StepY} of {header.Height}");
            PngFilter.Undo(row[0], row.AsSpan(1), above.AsSpan(1), header.FilterStep);
            Span<byte> target = image.Row(pass.Top + y * pass.StepY);
            if (header is { Depth: 8, Color: PngColor.Rgb or PngColor.Rgba, Interlaced: false } && header.Samples == image.Channels)
                row.AsSpan(1).CopyTo(target);
            else
                ExpandRow(row.AsSpan(1), columns, pass, colors, target);
            (row, above) = (above, row);
        }
    }

    private static void ExpandRow(ReadOnlySpan<byte> row, int columns, PngPass pass, PngColorTable colors, Span<byte> target)
    {
        int channels = colors.Channels;
        for (int x = 0; x < columns; x++)
            colors.Expand(row, x, target.Slice((pass.Left + x * pass.StepX) * channels, channels));
    }
}
