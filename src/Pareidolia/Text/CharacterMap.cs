using System.Buffers.Binary;
using System.Text;

namespace Pareidolia.Text;

/// <summary>
/// Sentencepiece's compiled table of what characters stand for: a double-array trie over UTF-8 bytes, then the replacements
/// (https://github.com/google/sentencepiece, normalizer.cc; https://github.com/s-yata/darts-clone).
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <param name="table">The table as a model holds it; empty for none.</param>
    /// <exception cref="PareidoliaException">It is damaged.</exception>
    public CharacterMap(byte[] table)
    {
        Table = table;
        int bytes = table.Length < 4 ? 0 : (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32LittleEndian(table));
        if (table.Length > 0 && (bytes == 0 || bytes % 4 != 0 || bytes > table.Length - 4))
            throw new PareidoliaException($"A tokenizer's character map of {table.Length} bytes is damaged: its trie would take {bytes}.");
        _units = new uint[bytes / 4];
        for (int i = 0; i < _units.Length; i++)
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(4 + (4 * i)));
        _replacements = table.Length == 0 ? [] : table[(4 + bytes)..];
    }

    /// <summary>The table as it was read.</summary>
    public byte[] Table { get; }

    /// <summary>What the longest known beginning of the text stands for, or its first character itself; and how many bytes that beginning has.</summary>
    public (ReadOnlyMemory<byte> Written, int Read) Next(ReadOnlyMemory<byte> text)
    {
        (int length, int value) = LongestMatch(text.Span);
        if (length == 0)
        {
            Rune.DecodeFromUtf8(text.Span, out _, out int used);
            return (text[..used], used);
        }
        int end = Array.IndexOf(_replacements, (byte)0, value);
        return (_replacements.AsMemory(value, (end < 0 ? _replacements.Length : end) - value), length);
    }

    private (int Length, int Value) LongestMatch(ReadOnlySpan<byte> text)
    {
        (int Length, int Value) longest = default;
        uint place = _units.Length == 0 ? 0 : Offset(_units[0]);
        for (int i = 0; i < text.Length; i++)
        {
            place ^= text[i];
            if (place >= _units.Length || Label(_units[place]) != text[i])
                break;
            bool ends = HasLeaf(_units[place]);
            place ^= Offset(_units[place]);
            if (ends && place < _units.Length && Value(_units[place]) < _replacements.Length)
                longest = (i + 1, (int)Value(_units[place]));
        }
        return longest;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);

    private static uint Label(uint unit) => unit & ((1u << 31) | 0xFF);

    private static bool HasLeaf(uint unit) => ((unit >> 8) & 1) == 1;

    private static uint Value(uint unit) => unit & ((1u << 31) - 1);
}
