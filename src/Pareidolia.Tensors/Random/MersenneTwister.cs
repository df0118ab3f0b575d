using System.Buffers.Binary;

namespace Pareidolia.Tensors.Random;

/// <summary>
/// mt19937, the 32-bit Mersenne Twister with period 2^19937 - 1
/// (Matsumoto and Nishimura 1998, https://doi.org/10.1145/272991.272995).
/// </summary>
internal sealed class MersenneTwister
{
    /// <summary>Bytes that <see cref="Save"/> writes: the 624 words and the position.</summary>
    public const int StateBytes = (Length + 1) * sizeof(uint);

    private const int Length = 624;
    private const int Middle = 397;

    private readonly uint[] _words = new uint[Length];
    private int _position;

    public MersenneTwister(uint seed)
    {
        _words[0] = seed;
        for (int i = 1; i < Length; i++)
            _words[i] = 1812433253u * (_words[i - 1] ^ (_words[i - 1] >> 30)) + (uint)i;
        _position = Length;
    }

    /// <summary>The next 32 uniform bits.</summary>
    public uint Next()
    {
        if (_position == Length)
            Refill();
        uint word = _words[_position++];
        word ^= word >> 11;
        word ^= (word << 7) & 0x9D2C5680u;
        word ^= (word << 15) & 0xEFC60000u;
        return word ^ (word >> 18);
    }

    public void Save(Span<byte> destination)
    {
        for (int i = 0; i < Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(4 * i)..], _words[i]);
        BinaryPrimitives.WriteInt32LittleEndian(destination[(4 * Length)..], _position);
    }

    /// <summary>Takes back what <see cref="Save"/> wrote; false, with nothing changed, when the position is not one it can have.</summary>
    public bool TryRestore(ReadOnlySpan<byte> source)
    {
        int position = BinaryPrimitives.ReadInt32LittleEndian(source[(4 * Length)..]);
        if (position is < 0 or > Length)
            return false;
        for (int i = 0; i < Length; i++)
            _words[i] = BinaryPrimitives.ReadUInt32LittleEndian(source[(4 * i)..]);
        _position = position;
        return true;
    }

    private void Refill()
    {
        for (int i = 0; i < Length; i++)
        {
            int next = i + 1 < Length ? i + 1 : 0;
            int far = i + Middle < Length ? i + Middle : i + Middle - Length;
            uint joined = (_words[i] & 0x80000000u) | (_words[next] & 0x7FFFFFFFu);
            _words[i] = _words[far] ^ (joined >> 1) ^ ((joined & 1) == 0 ? 0u : 0x9908B0DFu);
        }
        _position = 0;
    }
}
