using System.Text;

namespace Pareidolia.Tests;

/// <summary>Damages files the way accidents and attackers do; the same seed gives the same damage.</summary>
internal sealed class Mutator(int seed)
{
    /// <summary>Numbers at which careless arithmetic breaks.</summary>
    private static readonly string[] Numbers =
        ["-1", "0", "1", "2147483648", "4294967295", "9223372036854775807", "18446744073709551616", "1e9", "0.5", "null", "\"x\"", "[]", "{}"];

    private readonly System.Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    /// <summary>One to four changes to a copy of the file.</summary>
    public byte[] Mutate(byte[] original)
    {
        List<byte> bytes = [.. original];
        for (int changes = _random.Next(1, 5); changes > 0; changes--)
            Change(bytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        int at = _random.Next(bytes.Count + 1), length = Math.Min(_random.Next(1, 40), bytes.Count - at);
        switch (_random.Next(7))
        {
            case 0 when length > 0: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
            case 1 when length > 0: bytes[at] = (byte)_random.Next(256); break;
            case 2: bytes.RemoveRange(at, length); break;
            case 3: bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, length)); break;
            case 4: bytes.RemoveRange(at, bytes.Count - at); break;
            case 5: bytes.Insert(at, (byte)_random.Next(256)); break;
            default: ReplaceNumber(bytes, at); break;
        }
    }

    private void ReplaceNumber(List<byte> bytes, int from)
    {
        int start = bytes.FindIndex(from, value => char.IsAsciiDigit((char)value));
        if (start < 0)
            return;
        int end = bytes.FindIndex(start, value => !char.IsAsciiDigit((char)value));
        bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(Numbers[_random.Next(Numbers.Length)]));
    }
}
