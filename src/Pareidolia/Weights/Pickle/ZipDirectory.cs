using System.Buffers.Binary;
using System.Text;

namespace Pareidolia.Weights.Pickle;

/// <summary>
/// The members of a zip archive by name (PKWARE's APPNOTE), so that they can be mapped. PyTorch stores all of them uncompressed; a compressed
/// one is refused, and with it every archive that is small on disk and huge in memory.
/// </summary>
internal static class ZipDirectory
{
    private const int EndLength = 22, Zip64EndLength = 56, LocatorLength = 20, CentralLength = 46, LocalLength = 30;
    private const int CommentLimit = 65535;
    private const int MemberLimit = 1_000_000;
    private const uint In64Bits = 0xFFFFFFFF;

    /// <summary>Reads the directory.</summary>
    /// <exception cref="FormatException">It is damaged, or a member is compressed or encrypted.</exception>
    public static IReadOnlyDictionary<string, FilePart> Read(MappedFile file)
    {
        (long at, long length, long count) = FindDirectory(file);
        if (count is < 0 or > MemberLimit || at < 0 || length < 0 || at > file.Length - length || length > int.MaxValue)
            throw new FormatException("the directory of its zip archive lies outside of the file");
        Dictionary<string, FilePart> members = [];
        ReadOnlySpan<byte> directory = file.Span(at, (int)length);
        for (long i = 0; i < count; i++)
        {
            int taken = ReadEntry(file, directory, members);
            directory = directory[taken..];
        }
        return members;
    }

    private static (long At, long Length, long Count) FindDirectory(MappedFile file)
    {
        long start = Math.Max(0, file.Length - EndLength - CommentLimit);
        ReadOnlySpan<byte> tail = file.From(start, EndLength + CommentLimit);
        int end = tail.LastIndexOf("PK\x05\x06"u8);
        if (end < 0 || tail.Length - end < EndLength)
            throw new FormatException("its zip archive has no directory: the file was cut off");
        ReadOnlySpan<byte> record = tail[end..];
        (uint length, uint at) = (UInt32(record, 12), UInt32(record, 16));
        ushort count = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        long locator = start + end - LocatorLength;
        bool wide = locator >= 0 && file.Span(locator, 4).SequenceEqual("PK\x06\x07"u8) && (at == In64Bits || length == In64Bits || count == ushort.MaxValue);
        return wide ? FindWideDirectory(file, locator) : (at, length, count);
    }

    private static (long At, long Length, long Count) FindWideDirectory(MappedFile file, long locator)
    {
        long at = Int64(file.Span(locator, LocatorLength), 8);
        if (at < 0 || at > file.Length - Zip64EndLength || !file.Span(at, 4).SequenceEqual("PK\x06\x06"u8))
            throw new FormatException("the directory of its zip archive is damaged");
        ReadOnlySpan<byte> record = file.Span(at, Zip64EndLength);
        return (Int64(record, 48), Int64(record, 40), Int64(record, 32));
    }

    private static int ReadEntry(MappedFile file, ReadOnlySpan<byte> entry, Dictionary<string, FilePart> members)
    {
        if (entry.Length < CentralLength || !entry.StartsWith("PK\x01\x02"u8))
            throw new FormatException("the directory of its zip archive is damaged");
        int nameLength = UInt16(entry, 28), extraLength = UInt16(entry, 30), all = CentralLength + nameLength + extraLength + UInt16(entry, 32);
        if (entry.Length < all)
            throw new FormatException("the directory of its zip archive is damaged");
        string name = Encoding.UTF8.GetString(entry.Slice(CentralLength, nameLength));
        string shown = SafetensorsHeader.Shown(name);
        if ((UInt16(entry, 8) & 1) != 0 || UInt16(entry, 10) != 0)
            throw new FormatException($"the member {shown} of its zip archive is compressed or encrypted, which PyTorch never writes");
        (long length, long header) = Wide(entry.Slice(CentralLength + nameLength, extraLength), UInt32(entry, 24), UInt32(entry, 42));
        if (!members.TryAdd(name, Locate(file, header, length, shown)))
            throw new FormatException($"the member {shown} stands twice in its zip archive");
        return all;
    }

    // Sizes of 4 GiB or more stand in an extra field, in the order: size, stored size, place.
    private static (long Length, long Header) Wide(ReadOnlySpan<byte> extra, uint length, uint header)
    {
        while (extra.Length >= 4)
        {
            int size = Math.Min(UInt16(extra, 2), extra.Length - 4);
            if (UInt16(extra, 0) == 1)
            {
                ReadOnlySpan<byte> field = extra.Slice(4, size);
                int at = 0;
                long wideLength = length == In64Bits && field.Length >= 8 ? Int64(field, (at += 8) - 8) : length;
                at += length == In64Bits ? 8 : 0;
                return (wideLength, header == In64Bits && field.Length >= at + 8 ? Int64(field, at) : header);
            }
            extra = extra[(4 + size)..];
        }
        return (length, header);
    }

    private static FilePart Locate(MappedFile file, long header, long length, string shown)
    {
        if (header >= 0 && header <= file.Length - LocalLength && file.Span(header, 4).SequenceEqual("PK\x03\x04"u8))
        {
            ReadOnlySpan<byte> local = file.Span(header, LocalLength);
            long start = header + LocalLength + UInt16(local, 26) + UInt16(local, 28);
            if (length >= 0 && start <= file.Length - length)
                return new FilePart(start, length);
        }
        throw new FormatException($"the member {shown} of its zip archive lies outside of the file");
    }

    private static int UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Int64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
