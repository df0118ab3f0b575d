using System.Diagnostics;
using Pareidolia.Imaging;
using Pareidolia.Imaging.Exif;

namespace Pareidolia.Tests.Imaging;

public sealed class ImageEncodingTests
{
    private const string Settings = "a fox, żółw 🦊\nNegative prompt: blurry\nSteps: 20, Seed: 5, Size: 61x47";

    public static TheoryData<ImageFormat, int, int> Encodings => new()
    {
        { ImageFormat.Png, 90, 3 }, { ImageFormat.Png, 90, 4 },
        { ImageFormat.Jpeg, 90, 1 }, { ImageFormat.Jpeg, 90, 3 }, { ImageFormat.Jpeg, 90, 4 }, { ImageFormat.Jpeg, 40, 3 },
        { ImageFormat.WebP, 90, 1 }, { ImageFormat.WebP, 90, 3 }, { ImageFormat.WebP, 90, 4 },
        { ImageFormat.WebP, 100, 3 }, { ImageFormat.WebP, 100, 4 },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_picture_and_its_settings_come_back(ImageFormat format, int quality, int channels)
    {
        Libvips.Require();
        Image image = Picture(channels);
        image.Texts[Infotext.Key] = Settings;
        Image back = ImageFile.Read(ImageFile.Encode(image, new ImageEncoding(format, quality)), "x");
        Assert.Equal(Settings, back.Texts[Infotext.Key]);
        bool keepsAlpha = channels == 4 && format != ImageFormat.Jpeg, keepsAll = format == ImageFormat.Png || quality == 100;
        Assert.Equal((61, 47, keepsAlpha ? 4 : 3), (back.Width, back.Height, back.Channels));
        double difference = MeanDifference(image.ToRgb(), back.ToRgb());
        if (keepsAll)
            Assert.Equal(0, difference);
        else
            Assert.InRange(difference, 0.01, quality == 90 ? 3 : 8);
    }

    [Fact]
    public void A_lower_quality_takes_fewer_bytes()
    {
        Libvips.Require();
        foreach (ImageFormat format in (ImageFormat[])[ImageFormat.Jpeg, ImageFormat.WebP])
            Assert.True(Bytes(format, 30) < Bytes(format, 80) && Bytes(format, 80) < Bytes(format, 98));
    }

    [Fact]
    public void The_same_picture_gives_the_same_bytes()
    {
        Libvips.Require();
        ImageEncoding encoding = new(ImageFormat.Jpeg);
        Assert.Equal(ImageFile.Encode(Picture(3), encoding), ImageFile.Encode(Picture(3), encoding));
    }

    [Fact]
    public void What_cannot_be_written_is_said_before()
    {
        Libvips.Require();
        Refused(new ImageEncoding(ImageFormat.Avif), 8, "Pictures are written as PNG, JPEG or WebP; AVIF is only read.");
        Refused(new ImageEncoding(ImageFormat.Jpeg, 0), 8, "The quality of a JPEG is 0; a whole number from 1 to 100 is needed.");
        Refused(new ImageEncoding(ImageFormat.WebP, 101), 8, "The quality of a WebP is 101; a whole number from 1 to 100 is needed.");
        Refused(new ImageEncoding(ImageFormat.WebP), 16_384, "A WebP has sides of at most 16383 pixels; 16384x8 can be a PNG.");
        Image image = Picture(3);
        image.Texts[Infotext.Key] = new string('a', 40_000);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => ImageFile.Encode(image, new ImageEncoding(ImageFormat.Jpeg)));
        Assert.Contains("more than fit into a JPEG", error.Message, StringComparison.Ordinal);
        Assert.Equal(image.Texts[Infotext.Key], ImageFile.Read(ImageFile.Encode(image, new ImageEncoding(ImageFormat.WebP)), "x").Texts[Infotext.Key]);
    }

    // Worked out by hand from the TIFF 6.0 specification.
    [Fact]
    public void A_user_comment_is_the_only_entry_of_a_block()
    {
        byte[] expected =
        [
            .. "MM\0*"u8, 0, 0, 0, 8,
            0, 1, 0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0,
            0, 1, 0x92, 0x86, 0, 7, 0, 0, 0, 12, 0, 0, 0, 44, 0, 0, 0, 0,
            .. "UNICODE\0"u8, 0, (byte)'a', 0, (byte)'b',
        ];
        Assert.Equal(expected, UserComment.Write("ab"));
        Assert.Equal("ab", UserComment.Read(expected));
    }

    [Fact]
    public void A_damaged_block_has_no_comment_or_some_text()
    {
        Mutator mutator = new(3);
        byte[] block = [.. "Exif\0\0"u8, .. UserComment.Write(Settings)];
        for (int length = 0; length < block.Length; length++)
            Assert.Null(UserComment.Read(block.AsSpan(0, length)));
        for (int i = 0; i < 5000; i++)
            _ = UserComment.Read(mutator.Mutate(block));
    }

    // exiftool is on many machines; where it is not, the other tests stand alone.
    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.WebP)]
    public void Another_program_finds_the_settings(ImageFormat format)
    {
        Libvips.Require();
        using TemporaryFolder folder = new();
        Image image = Picture(4);
        image.Texts[Infotext.Key] = Settings;
        ImageFile.Write(folder["picture"], image, new ImageEncoding(format));
        string found = RunExifTool("-b", "-UserComment", folder["picture"]);
        Assert.Equal(Settings, found);
        Assert.Equal("61x47", RunExifTool("-s3", "-ImageSize", folder["picture"]).TrimEnd());
        Assert.Equal("", RunExifTool("-s3", "-Warning", folder["picture"]).TrimEnd());
    }

    private static string RunExifTool(params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("exiftool", arguments) { RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("exiftool is not on this machine");
            throw;
        }
    }

    private static void Refused(ImageEncoding encoding, int width, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<PareidoliaException>(() => encoding.Require(width, 8)).Message);

    private static int Bytes(ImageFormat format, int quality) => ImageFile.Encode(Picture(3), new ImageEncoding(format, quality)).Length;

    private static double MeanDifference(Image a, Image b) => a.Pixels.Zip(b.Pixels, (x, y) => Math.Abs(x - y)).Average();

    private static Image Picture(int channels)
    {
        Image image = new(61, 47, channels);
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            int x = i / channels % 61, y = i / channels / 61, c = i % channels;
            image.Pixels[i] = (byte)(c == 3 ? Math.Min(255, 8 * y) : 128 + 100 * Math.Sin(x / 7.0 + y / 11.0 + c));
        }
        return image;
    }
}
