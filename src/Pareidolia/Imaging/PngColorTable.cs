using System.Buffers.Binary;

namespace Pareidolia.Imaging;

/// <summary>Turns stored samples into 8-bit RGB or RGBA: PLTE, tRNS and the bit depth taken together.</summary>
internal sealed class PngColorTable
{
    private readonly PngHeader _header;
    private readonly byte[] _palette;
    private readonly byte[] _alphas;
    private readonly int[]? _transparent;

    /// <summary>Checks both chunks against the header.</summary>
    /// <param name="header">The header.</param>
    /// <param name="palette">The PLTE chunk, null where there is none.</param>
    /// <param name="transparency">The tRNS chunk, null where there is none.</param>
    public PngColorTable(PngHeader header, byte[]? palette, byte[]? transparency)
    {
        _header = header;
        _palette = palette ?? [];
        _alphas = [];
        if (header.Color == PngColor.Palette && palette is null)
            throw new PngDamage("it has palette colours but no palette");
        if (transparency is null)
            return;
        if (header.Color == PngColor.Palette)
            _alphas = AlphasOf(transparency);
        else
            _transparent = TransparentColor(transparency);
    }

    /// <summary>3, or 4 where anything can be transparent.</summary>
    public int Channels => _header.Color is PngColor.Rgba or PngColor.GreyAlpha || _alphas.Length > 0 || _transparent is not null ? 4 : 3;

    /// <summary>Writes one pixel of a stored row.</summary>
    /// <param name="row">The stored row.</param>
    /// <param name="x">The pixel's place in it.</param>
    /// <param name="pixel"><see cref="Channels"/> bytes.</param>
    public void Expand(ReadOnlySpan<byte> row, int x, Span<byte> pixel)
    {
        switch (_header.Color)
        {
            case PngColor.Palette:
                ExpandPalette(Sample(row, x), pixel);
                break;
            case PngColor.Grey:
            case PngColor.GreyAlpha:
                pixel[..3].Fill(ToByte(Sample(row, x * _header.Samples)));
                break;
            default:
                for (int c = 0; c < 3; c++)
                    pixel[c] = ToByte(Sample(row, x * _header.Samples + c));
                break;
        }
        if (pixel.Length == 4 && _header.Color != PngColor.Palette)
            pixel[3] = AlphaOf(row, x * _header.Samples);
    }

    private void ExpandPalette(int index, Span<byte> pixel)
    {
        if (index >= _palette.Length / 3)
            throw new PngDamage($"a pixel has colour {index} of a palette of {_palette.Length / 3}");
        _palette.AsSpan(index * 3, 3).CopyTo(pixel);
        if (pixel.Length == 4)
            pixel[3] = index < _alphas.Length ? _alphas[index] : (byte)255;
    }

    private byte AlphaOf(ReadOnlySpan<byte> row, int first)
    {
        if (_transparent is null)
            return ToByte(Sample(row, first + _header.Samples - 1));
        for (int i = 0; i < _transparent.Length; i++)
        {
            if (Sample(row, first + i) != _transparent[i])
                return 255;
        }
        return 0;
    }

    private int Sample(ReadOnlySpan<byte> row, int index)
    {
        int depth = _header.Depth;
        if (depth == 8)
            return row[index];
        if (depth == 16)
            return BinaryPrimitives.ReadUInt16BigEndian(row[(index * 2)..]);
        int bit = index * depth;
        return (row[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }

    private byte ToByte(int sample)
    {
        int largest = (1 << _header.Depth) - 1;
        return (byte)((sample * 255L + largest / 2) / largest);
    }

    private byte[] AlphasOf(byte[] transparency) => transparency.Length <= _palette.Length / 3 ? transparency
        : throw new PngDamage($"it has {transparency.Length} alpha values for a palette of {_palette.Length / 3}");

    private int[] TransparentColor(byte[] transparency)
    {
        int samples = _header.Samples;
        if (_header.Color is not (PngColor.Grey or PngColor.Rgb) || transparency.Length != samples * 2)
            throw new PngDamage($"its transparency chunk of {transparency.Length} bytes does not fit colour type {(byte)_header.Color}");
        return Enumerable.Range(0, samples).Select(i => (int)BinaryPrimitives.ReadUInt16BigEndian(transparency.AsSpan(i * 2))).ToArray();
    }
}
