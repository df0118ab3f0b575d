using System.Text;
using Pareidolia.Imaging;

namespace Pareidolia.Tests.Imaging;

public sealed class PngReaderTests
{
    public static TheoryData<int, int, bool> Formats()
    {
        TheoryData<int, int, bool> formats = [];
        foreach ((int color, int[] depths) in (ReadOnlySpan<(int, int[])>)[(0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16])])
        {
            foreach (int depth in depths)
            {
                formats.Add(color, depth, false);
                formats.Add(color, depth, true);
            }
        }
        return formats;
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_colour_type_depth_and_interlacing_reads_exactly(int color, int depth, bool interlaced)
    {
        // Sizes around the 8x8 blocks of Adam7, some with empty passes.
        foreach ((int width, int height) in (ReadOnlySpan<(int, int)>)[(1, 1), (2, 3), (4, 1), (5, 9), (8, 8), (13, 7), (33, 18)])
        {
            TestPng png = Make(width, height, color, depth, interlaced);
            Image image = PngReader.Read(png.Encode(), "test.png");
            Assert.Equal((width, height, color is 4 or 6 ? 4 : 3), (image.Width, image.Height, image.Channels));
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                    Assert.Equal(Expected(png, x, y, color, depth), image.Pixel(x, y).ToArray());
            }
        }
    }

    [Fact]
    public void A_transparent_colour_is_compared_at_full_depth()
    {
        TestPng png = new(2, 1, 16, 0) { Sample = (x, _, _) => 0x1234 + x };
        png.Extra.Add(("tRNS", [0x12, 0x34]));
        Image image = PngReader.Read(png.Encode(), "test.png");
        Assert.Equal([0x12, 0x12, 0x12, 0, 0x12, 0x12, 0x12, 255], image.Pixels);

        TestPng rgb = new(2, 1, 8, 2) { Sample = (x, _, c) => 10 * c + x };
        rgb.Extra.Add(("tRNS", [0, 1, 0, 11, 0, 21]));
        Assert.Equal([0, 10, 20, 255, 1, 11, 21, 0], PngReader.Read(rgb.Encode(), "test.png").Pixels);
    }

    [Fact]
    public void A_palette_may_have_fewer_alphas_than_colours()
    {
        TestPng png = new(3, 1, 2, 3) { Sample = (x, _, _) => x };
        png.Extra.Add(("PLTE", [1, 2, 3, 4, 5, 6, 7, 8, 9]));
        png.Extra.Add(("tRNS", [0, 128]));
        Assert.Equal([1, 2, 3, 0, 4, 5, 6, 128, 7, 8, 9, 255], PngReader.Read(png.Encode(), "test.png").Pixels);
    }

    [Fact]
    public void Texts_of_all_three_kinds_are_read()
    {
        TestPng png = Make(2, 2, 2, 8, false);
        png.Extra.Add(("tEXt", [.. Encoding.Latin1.GetBytes("Comment\0caf\u00E9\nline")]));
        png.Extra.Add(("zTXt", [.. "Long\0\0"u8, .. TestPng.Deflate(Encoding.Latin1.GetBytes(new string('x', 5000)))]));
        png.Extra.Add(("iTXt", [.. "parameters\0\0\0en\0key\0"u8, .. Encoding.UTF8.GetBytes("猫 🦊")]));
        png.Extra.Add(("iTXt", [.. "packed\0\u0001\0\0\0"u8, .. TestPng.Deflate(Encoding.UTF8.GetBytes("żółw"))]));
        png.Extra.Add(("tEXt", [.. "Comment\0second"u8]));
        Image image = PngReader.Read(png.Encode(), "test.png");
        Assert.Equal(["Comment", "Long", "parameters", "packed"], image.Texts.Keys);
        Assert.Equal(["caf\u00E9\nline", new string('x', 5000), "猫 🦊", "żółw"], image.Texts.Values);
    }

    private static TestPng Make(int width, int height, int color, int depth, bool interlaced)
    {
        int mask = (1 << depth) - 1;
        TestPng png = new(width, height, depth, color, interlaced) { Sample = (x, y, c) => (x * 2654 + y * 40503 + c * 977 + x * y * 31) & mask };
        if (color == 3)
            png.Extra.Add(("PLTE", [.. Enumerable.Range(0, 3 << depth).Select(i => (byte)(i * 7 + 3))]));
        return png;
    }

    private static byte[] Expected(TestPng png, int x, int y, int color, int depth)
    {
        int[] samples = Enumerable.Range(0, png.Samples).Select(c => png.Sample(x, y, c)).ToArray();
        if (color == 3)
            return [.. Enumerable.Range(0, 3).Select(i => (byte)((samples[0] * 3 + i) * 7 + 3))];
        byte[] bytes = samples.Select(value => (byte)Math.Round(value * 255.0 / ((1 << depth) - 1))).ToArray();
        return png.Samples switch { 1 => [bytes[0], bytes[0], bytes[0]], 2 => [bytes[0], bytes[0], bytes[0], bytes[1]], _ => bytes };
    }
}
