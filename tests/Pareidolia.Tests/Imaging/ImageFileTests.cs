using System.Runtime.InteropServices;
using Pareidolia.Imaging;
using Pareidolia.Imaging.Vips;

namespace Pareidolia.Tests.Imaging;

/// <summary>Pictures that Pillow and the tools of libvips wrote: 48 x 32 pixels in four quarters.</summary>
public sealed class ImageFileTests
{
    private const string WebUiText =
        "a red apple, żółw 🐢\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 48x32";

    private static readonly int[] s_red = [255, 0, 0], s_green = [0, 255, 0], s_blue = [0, 0, 255], s_white = [255, 255, 255];

    [Theory]
    [InlineData("quarters.jpg", 2)]
    [InlineData("turned.jpg", 2)]
    [InlineData("webui.webp", 0)]
    [InlineData("quarters.avif", 6)]
    [InlineData("quarters.tif", 0)]
    public void Every_format_is_read_upright_and_in_colour(string name, int difference)
    {
        Image image = ImageFile.Read(Libvips.Picture(name));
        Assert.Equal((48, 32, 3), (image.Width, image.Height, image.Channels));
        AssertNear(s_red, image.Pixel(12, 8), difference);
        AssertNear(s_green, image.Pixel(36, 8), difference);
        AssertNear(s_blue, image.Pixel(12, 24), difference);
        AssertNear(s_white, image.Pixel(36, 24), difference);
    }

    [Theory]
    [InlineData("grey.jpg", 76, 2)]
    [InlineData("bits.tif", 0, 255)]
    public void Grey_becomes_RGB(string name, int red, int difference)
    {
        Image image = ImageFile.Read(Libvips.Picture(name));
        Assert.Equal((48, 32, 3), (image.Width, image.Height, image.Channels));
        AssertNear([red, red, red], image.Pixel(12, 8), difference);
        AssertNear(s_white, image.Pixel(36, 24), 2);
        Assert.Equal(image.Pixel(12, 8)[0], image.Pixel(12, 8)[2]);
    }

    [Fact]
    public void Printing_colours_become_RGB()
    {
        Image image = ImageFile.Read(Libvips.Picture("ink.jpg"));
        Assert.Equal(3, image.Channels);
        Span<byte> red = image.Pixel(12, 8), blue = image.Pixel(12, 24);
        Assert.True(red[0] > red[2] + 60 && blue[2] > blue[0] + 60, $"red is {Shown(red)}, blue is {Shown(blue)}");
        AssertNear(s_white, image.Pixel(36, 24), 3);
    }

    [Theory]
    [InlineData("clear.webp")]
    [InlineData("deep.tif")]
    public void Transparency_stays_as_in_a_PNG(string name)
    {
        Image image = ImageFile.Read(Libvips.Picture(name));
        Assert.Equal(4, image.Channels);
        AssertNear([255, 0, 0, 255], image.Pixel(12, 8), 0);
        Assert.Equal(0, image.Pixel(36, 24)[3]);
        AssertNear(s_white, image.ToRgb().Pixel(36, 24), 0);
    }

    [Theory]
    [InlineData("webui.jpg")]
    [InlineData("webui.webp")]
    [InlineData("little.jpg")]
    public void The_settings_inside_are_found(string name) =>
        Assert.Equal(WebUiText, ImageFile.Read(Libvips.Picture(name)).Texts[Infotext.Key]);

    [Fact]
    public void What_a_file_holds_decides_and_not_its_name()
    {
        using TemporaryFolder folder = new();
        PngWriter.Write(folder["a.jpg"], new Image(3, 2));
        Assert.Equal(3, ImageFile.Read(folder["a.jpg"]).Width);
        File.Copy(Libvips.Picture("quarters.jpg"), folder["b.png"]);
        Assert.Equal(48, ImageFile.Read(folder["b.png"]).Width);
    }

    [Fact]
    public void What_is_no_picture_is_refused_in_one_sentence()
    {
        Refused("'x' is not a picture that can be read: it begins as none of PNG, JPEG, WebP, AVIF and TIFF does.", "GIF89a.........."u8.ToArray());
        Refused("The picture 'x' is empty.", []);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => ImageFile.Read("no/such.jpg"));
        Assert.StartsWith("Cannot read the picture 'no/such.jpg': ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quarters.jpg", "JPEG")]
    [InlineData("webui.webp", "WebP")]
    [InlineData("quarters.avif", "AVIF")]
    [InlineData("quarters.tif", "TIFF")]
    public void A_file_that_breaks_off_is_refused_in_one_sentence(string name, string format)
    {
        byte[] file = File.ReadAllBytes(Libvips.Picture(name));
        foreach (int length in (int[])[16, file.Length / 4, file.Length / 2])
        {
            PareidoliaException error = Assert.Throws<PareidoliaException>(() => ImageFile.Read(file.AsSpan(0, length), "x"));
            Assert.StartsWith($"'x' is not a readable {format}: ", error.Message, StringComparison.Ordinal);
            Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Theory]
    [InlineData("quarters.jpg")]
    [InlineData("webui.webp")]
    [InlineData("quarters.avif")]
    [InlineData("quarters.tif")]
    public void A_size_above_the_limit_is_refused(string name)
    {
        byte[] file = File.ReadAllBytes(Libvips.Picture(name));
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => ImageFile.Read(file, "x", new PngLimits(MaxPixels: 1535)));
        Assert.EndsWith("it says it is 48x32 pixels, more than the 1535 that are allowed.", error.Message, StringComparison.Ordinal);
        Assert.Equal(48, ImageFile.Read(file, "x", new PngLimits(MaxPixels: 1536)).Width);
    }

    [Fact]
    public void A_header_alone_decides_about_a_size()
    {
        // A JPEG whose frame says 65500 x 65500: decoding it would take 12 GB.
        byte[] file = File.ReadAllBytes(Libvips.Picture("quarters.jpg"));
        int frame = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        (file[frame + 5], file[frame + 6], file[frame + 7], file[frame + 8]) = (0xFF, 0xDC, 0xFF, 0xDC);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => ImageFile.Read(file, "x"));
        Assert.Contains("65500x65500 pixels, more than", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_are_read_or_refused_and_nothing_else()
    {
        Mutator mutator = new(7);
        byte[][] originals = [.. ((string[])["webui.jpg", "webui.webp", "quarters.avif", "deep.tif"]).Select(name => File.ReadAllBytes(Libvips.Picture(name)))];
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            try
            {
                ImageFile.Read(mutator.Mutate(originals[i % originals.Length]), "mutated");
            }
            catch (PareidoliaException error)
            {
                refused++;
                Assert.DoesNotContain('\n', error.Message);
            }
        }
        Assert.InRange(refused, 500, 1999);
    }

    [Fact]
    public unsafe void Nothing_stays_in_the_librarys_memory()
    {
        byte[] file = File.ReadAllBytes(Libvips.Picture("webui.jpg")), other = File.ReadAllBytes(Libvips.Picture("webui.webp"));
        nint library = NativeLibrary.Load(OperatingSystem.IsWindows() ? "libvips-42.dll" : OperatingSystem.IsMacOS() ? "libvips.42.dylib" : "libvips.so.42");
        delegate* unmanaged[Cdecl]<int> allocations = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "vips_tracked_get_allocs");
        // While this is held, no other test reads or writes; threads of the library may still be on their way out.
        lock (VipsLibrary.Turn)
        {
            Image image = ImageFile.Read(file, "x");
            _ = ImageFile.Read(other, "x");
            Assert.Throws<PareidoliaException>(() => ImageFile.Read(file.AsSpan(0, file.Length / 2), "x"));
            _ = ImageFile.Encode(image, new ImageEncoding(ImageFormat.Jpeg));
            _ = ImageFile.Encode(image, new ImageEncoding(ImageFormat.WebP));
            for (int wait = 0; wait < 100 && allocations() > 0; wait++)
                Thread.Sleep(50);
            Assert.Equal(0, allocations());
        }
    }

    private static void Refused(string sentence, byte[] file) =>
        Assert.Equal(sentence, Assert.Throws<PareidoliaException>(() => ImageFile.Read(file, "x")).Message);

    private static void AssertNear(int[] expected, ReadOnlySpan<byte> actual, int difference)
    {
        for (int c = 0; c < expected.Length; c++)
            Assert.True(Math.Abs(expected[c] - actual[c]) <= difference, $"{string.Join(", ", expected)} was read as {Shown(actual)}");
    }

    private static string Shown(ReadOnlySpan<byte> pixel) => string.Join(", ", pixel.ToArray());
}
