using System.Buffers.Binary;

namespace Pareidolia.Tests.Training.Data;

/// <summary>A handful of made-up digits in MNIST's own layout.</summary>
internal static class TinyDigits
{
    public const string Images = "tiny-images-idx3-ubyte";
    public const string Labels = "tiny-labels-idx1-ubyte";

    /// <summary>Writes both files: the picture of a digit is a block of its own size, with some grain.</summary>
    public static void Write(TemporaryFolder folder, byte[] digits)
    {
        byte[] pixels = [.. digits.Index().SelectMany(entry => Pixels(entry.Index, entry.Item))];
        File.WriteAllBytes(folder[Images], [.. Header(digits.Length, 28, 28), .. pixels]);
        File.WriteAllBytes(folder[Labels], [.. Header(digits.Length), .. digits]);
    }

    public static byte[] Pixels(int index, byte digit)
    {
        byte[] pixels = new byte[28 * 28];
        for (int y = 4; y < 8 + (2 * digit); y++)
            for (int x = 4; x < 24 - digit; x++)
                pixels[(y * 28) + x] = (byte)(200 + ((index + x + y) % 50));
        return pixels;
    }

    private static byte[] Header(params ReadOnlySpan<int> shape)
    {
        byte[] header = new byte[4 * (1 + shape.Length)];
        (header[2], header[3]) = (8, (byte)shape.Length);
        for (int axis = 0; axis < shape.Length; axis++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 * (1 + axis)), shape[axis]);
        return header;
    }
}
