using System.Buffers.Binary;
using System.IO.Compression;

namespace Pareidolia.Training.Data;

/// <summary>
/// An array of bytes in the IDX format of the MNIST set (http://yann.lecun.com/exdb/mnist/), plain or gzipped.
/// </summary>
/// <param name="Shape">Its axes, outermost first.</param>
/// <param name="Values">Its elements, row by row.</param>
public sealed record IdxFile(int[] Shape, byte[] Values)
{
    /// <summary>Largest array, in bytes.</summary>
    private const long SizeLimit = 1 << 30;

    /// <summary>The format's code for unsigned bytes, the only type that picture sets use.</summary>
    private const byte UnsignedByte = 8;

    /// <summary>Most that deflate can shrink: 258 bytes for two bits.</summary>
    private const long LargestRatio = 1032;

    /// <summary>Reads a file.</summary>
    /// <exception cref="PareidoliaException">It is missing, not IDX, of another type than bytes, cut short, or absurdly large.</exception>
    public static IdxFile Load(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            bool isZipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            file.Position = 0;
            if (!isZipped)
                return Read(file, file.Length, path);
            using GZipStream content = new(file, CompressionMode.Decompress);
            return Read(content, file.Length * LargestRatio, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new PareidoliaException($"Cannot read '{path}': {error.Message}", error);
        }
    }

    private static IdxFile Read(Stream stream, long mostBytes, string path)
    {
        Span<byte> head = stackalloc byte[4];
        stream.ReadExactly(head);
        if (head is not [0, 0, UnsignedByte, > 0 and <= 4])
            throw new PareidoliaException($"'{path}' is no IDX file of bytes: "
                + $"it begins with {Convert.ToHexString(head)}; 000008 and 1 to 4 axes are needed.");
        int[] shape = new int[head[3]];
        long count = 1;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            stream.ReadExactly(head);
            shape[axis] = BinaryPrimitives.ReadInt32BigEndian(head);
            count = shape[axis] < 0 || count > SizeLimit ? long.MaxValue : count * shape[axis];
        }
        if (count > Math.Min(SizeLimit, mostBytes - head.Length * (1 + shape.Length)))
            throw new PareidoliaException($"'{path}' claims the shape [{string.Join(", ", shape)}], "
                + $"more than it can hold or than {SizeLimit} bytes.");
        byte[] values = new byte[count];
        stream.ReadExactly(values);
        return stream.ReadByte() < 0
            ? new IdxFile(shape, values)
            : throw new PareidoliaException($"'{path}' has more bytes than its shape [{string.Join(", ", shape)}] needs.");
    }
}
