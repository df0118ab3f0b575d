using System.Diagnostics;
using System.Text;
using Pareidolia.Imaging;

namespace Pareidolia.Tests.Imaging;

public sealed class PngWriterTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 5, 1)]
    [InlineData(64, 48, 3)]
    [InlineData(33, 65, 4)]
    [InlineData(1, 300, 3)]
    public void What_is_written_reads_back(int width, int height, int channels)
    {
        Image image = Picture(width, height, channels);
        image.Texts["parameters"] = "a café, 20 steps\nNegative prompt: blurry";
        image.Texts["workflow"] = "猫 \0 🦊";
        Image back = PngReader.Read(PngWriter.Encode(image), "back.png");
        Assert.Equal(channels == 1 ? image.ToRgb().Pixels : image.Pixels, back.Pixels);
        Assert.Equal(["a café, 20 steps\nNegative prompt: blurry", "猫 \uFFFD 🦊"], back.Texts.Values);
    }

    [Fact]
    public void A_text_is_Latin_where_it_can_be_and_international_where_it_must()
    {
        Image image = new(1, 1);
        image.Texts["plain"] = "é";
        image.Texts["rich"] = "ż";
        string file = Encoding.Latin1.GetString(PngWriter.Encode(image));
        Assert.Contains("tEXtplain\0é", file, StringComparison.Ordinal);
        Assert.Contains("iTXtrich\0\0\0\0\0" + Encoding.Latin1.GetString("ż"u8), file, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" lead")]
    [InlineData("two  spaces")]
    [InlineData("żółw")]
    [InlineData("a\nb")]
    public void A_name_that_the_format_forbids_leaves_no_file(string key)
    {
        using TemporaryFolder folder = new();
        Image image = new(1, 1);
        image.Texts[key] = "text";
        Assert.Throws<PareidoliaException>(() => PngWriter.Write(folder["x.png"], image));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Smooth_pictures_come_out_small()
    {
        Image image = new(256, 256);
        for (int y = 0; y < 256; y++)
        {
            for (int x = 0; x < 256; x++)
                ((byte[])[(byte)x, (byte)y, (byte)((x + y) / 2)]).CopyTo(image.Pixel(x, y));
        }
        Assert.InRange(PngWriter.Encode(image).Length, 0, 4000);
    }

    // Pillow is on many machines; where it is not, the other tests stand alone.
    [Fact]
    public void Another_decoder_reads_the_same_pixels_and_texts()
    {
        using TemporaryFolder folder = new();
        foreach (int channels in (int[])[1, 3, 4])
        {
            Image image = Picture(61, 47, channels);
            image.Texts["parameters"] = "żółw, é";
            PngWriter.Write(folder[$"{channels}.png"], image);
        }
        const string Program = """
            import sys
            try:
                from PIL import Image
            except ImportError:
                sys.exit(77)
            for c in "134":
                i = Image.open(sys.argv[1] + "/" + c + ".png")
                i.load()
                assert i.text["parameters"] == "\u017c\u00f3\u0142w, \u00e9"
                open(sys.argv[1] + "/" + c + ".raw", "wb").write(i.tobytes())
            """;
        Assert.SkipUnless(RunPython(Program, folder.Path), "python3 with Pillow is not on this machine");
        foreach (int channels in (int[])[1, 3, 4])
            Assert.Equal(Picture(61, 47, channels).Pixels, File.ReadAllBytes(folder[$"{channels}.raw"]));
    }

    private static bool RunPython(string program, string argument)
    {
        string python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, ["-c", program, argument]) { RedirectStandardError = true })!;
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode is 0 or 77, errors);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static Image Picture(int width, int height, int channels)
    {
        Image image = new(width, height, channels);
        System.Random random = new(width * height);
        for (int i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = (byte)(i / channels % width * 3 + i / (channels * width) + (i % 5 == 0 ? random.Next(256) : 0));
        return image;
    }
}
