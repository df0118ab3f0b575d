using System.Diagnostics;
using Pareidolia.Imaging;

namespace Pareidolia.Tests.Imaging;

public sealed class PngDamageTests
{
    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    [Fact]
    public void Whatever_is_not_a_png_is_said_in_one_sentence()
    {
        Refused([], "it is empty");
        Refused("GIF89a"u8.ToArray(), "signature");
        Refused(Signature, "without an end chunk");
        Refused(File(("IDAT", [])), "begins with a IDAT chunk instead of its header");
        Refused(File(("IHDR", Header(0, 1))), "0x1 pixels");
        Refused(File(("IHDR", Header(1, 1, depth: 3))), "colour type 2 with 3 bits");
        Refused(File(("IHDR", Header(1, 1, color: 5))), "colour type 5 with 8 bits");
        Refused(File(("IHDR", [1, 2])), "its header has 2 bytes instead of 13");
        Refused(File(("IHDR", Header(1, 1)), ("IHDR", Header(1, 1))), "two headers");
        Refused(File(("IHDR", Header(1, 1)), ("ABCD", [])), "unknown chunk ABCD");
        Refused(File(("IHDR", Header(1, 1, color: 3)), ("IDAT", TestPng.Deflate([0, 0])), ("IEND", [])), "no palette");
        Refused(File(("IHDR", Header(1, 1, color: 3)), ("PLTE", [1, 2])), "palette has 2 bytes");
        Refused(File(("IHDR", Header(1, 1, color: 3)), ("PLTE", [1, 2, 3]), ("IDAT", TestPng.Deflate([0, 7])), ("IEND", [])), "colour 7 of a palette of 1");
        Refused(File(("IHDR", Header(1, 1)), ("tRNS", [1]), ("IDAT", TestPng.Deflate([0, 1, 2, 3])), ("IEND", [])), "transparency chunk of 1 bytes");
        Refused(File(("IHDR", Header(1, 1)), ("IDAT", TestPng.Deflate([9, 1, 2, 3])), ("IEND", [])), "filter 9");
        Refused(File(("IHDR", Header(1, 2)), ("IDAT", TestPng.Deflate([0, 1, 2, 3])), ("IEND", [])), "ends before row 1 of 2");
        Refused(File(("IHDR", Header(1, 1)), ("IDAT", [1, 2, 3, 4]), ("IEND", [])), "compressed data is damaged");
        Refused(File(("IHDR", Header(1, 1)), ("IDAT", [1]), ("tIME", []), ("IDAT", [2])), "interrupted");
        Refused(File(("IHDR", Header(1, 1)), ("tEXt", [65, 66])), "tEXt chunk breaks off");
        Refused(File(("IHDR", Header(1, 1)), ("zTXt", [65, 0, 3])), "method");
    }

    [Fact]
    public void A_wrong_checksum_is_found_in_the_chunk_and_in_the_data()
    {
        byte[] file = PngWriter.Encode(new Image(5, 5));
        file[^1] ^= 1;
        Refused(file, "checksum of its IEND chunk");
        byte[] data = TestPng.Deflate([0, 1, 2, 3]);
        data[^1] ^= 1;
        Refused(File(("IHDR", Header(1, 1)), ("IDAT", data), ("IEND", [])), "compressed data is damaged");
    }

    [Fact]
    public void A_file_cannot_ask_for_more_memory_than_its_limits_allow()
    {
        Refused(File(("IHDR", Header(100_000, 100_000))), "more than the 67108864 that are allowed");
        // A header that promises 8192 x 8192 with a handful of bytes is refused before anything is allocated.
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(File(("IHDR", Header(8192, 8192)), ("IDAT", TestPng.Deflate(new byte[100])), ("IEND", [])), "cannot hold 8192x8192 pixels");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);

        byte[] bomb = TestPng.Deflate(new byte[100_000_000]);
        before = GC.GetAllocatedBytesForCurrentThread();
        Refused(File(("IHDR", Header(1, 1)), ("zTXt", [65, 0, 0, .. bomb])), "texts have more than");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
        // More data than the picture needs is not decompressed.
        Image image = PngReader.Read(File(("IHDR", Header(1, 1)), ("IDAT", bomb), ("IEND", [])), "bomb");
        Assert.Equal([0, 0, 0], image.Pixels);
    }

    [Fact]
    public void Mutated_files_are_read_or_refused_and_nothing_else()
    {
        Mutator mutator = new(20);
        byte[][] originals = Originals();
        Stopwatch clock = Stopwatch.StartNew();
        int refused = 0;
        for (int i = 0; i < 6000; i++)
        {
            byte[] file = mutator.Mutate(originals[i % originals.Length]);
            // Half of them get their checksums put right, so that the damage gets past the first check.
            if (i % 2 == 0)
                RepairChecksums(file);
            try
            {
                PngReader.Read(file, "mutated");
            }
            catch (PareidoliaException error)
            {
                refused++;
                Assert.StartsWith("'mutated' is not a readable PNG: ", error.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', error.Message);
            }
        }
        Assert.InRange(refused, 3000, 5999);
        Assert.True(clock.Elapsed.TotalSeconds < 60);
    }

    private static byte[][] Originals()
    {
        TestPng palette = new(9, 7, 4, 3, true) { Sample = (x, y, _) => (x + y) % 5 };
        palette.Extra.Add(("PLTE", [.. Enumerable.Range(0, 15).Select(i => (byte)i)]));
        palette.Extra.Add(("tRNS", [0, 128]));
        TestPng deep = new(6, 5, 16, 6) { Sample = (x, y, c) => x * 9000 + y * 700 + c };
        deep.Extra.Add(("zTXt", [.. "k\0\0"u8, .. TestPng.Deflate("some text"u8.ToArray())]));
        deep.Extra.Add(("iTXt", [.. "parameters\0\0\0\0\0a fox, 20"u8]));
        TestPng bits = new(17, 3, 1, 0, true) { Sample = (x, y, _) => (x ^ y) & 1 };
        return [palette.Encode(), deep.Encode(), bits.Encode()];
    }

    private static void RepairChecksums(byte[] file)
    {
        int at = 8;
        while (at + 12 <= file.Length)
        {
            uint length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
                return;
            uint crc = Crc32.Of(file.AsSpan(at + 4, (int)length + 4));
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at + 8 + (int)length), crc);
            at += (int)length + 12;
        }
    }

    private static void Refused(byte[] file, string expected)
    {
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => PngReader.Read(file, "x.png"));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("'x.png' is not a readable PNG: ", error.Message, StringComparison.Ordinal);
    }

    private static byte[] File(params ReadOnlySpan<(string Type, byte[] Data)> chunks)
    {
        List<byte> file = [.. Signature];
        foreach ((string type, byte[] data) in chunks)
            TestPng.AddChunk(file, type, data);
        return [.. file];
    }

    private static byte[] Header(int width, int height, byte depth = 8, byte color = 2) =>
        [.. BitConverter.GetBytes(width).Reverse(), .. BitConverter.GetBytes(height).Reverse(), depth, color, 0, 0, 0];
}
