using System.Diagnostics;
using Pareidolia.Imaging;
using Pareidolia.Tests.Imaging;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Cli;

/// <summary>Pictures of other formats in and out of the command line.</summary>
public sealed class PictureFormatTests : IDisposable
{
    private readonly CommandLine _cli = new();

    [Theory]
    [InlineData("apple.jpg", ImageFormat.Jpeg)]
    [InlineData("apple.JPEG", ImageFormat.Jpeg)]
    [InlineData("apple.webp", ImageFormat.WebP)]
    [InlineData("apple.png", ImageFormat.Png)]
    public void The_outputs_name_decides_the_format(string name, ImageFormat format)
    {
        Libvips.Require();
        Ran ran = CommandLine.Generate("a red apple", "-o", _cli[name], "--seed", "42");
        Assert.Equal(0, ran.Code);
        Assert.Equal([name], _cli.Files);
        byte[] file = File.ReadAllBytes(_cli[name]);
        Assert.Equal(format, ImageFormats.Of(file));
        Assert.Contains("Seed: 42", ImageFile.Read(file, name).Texts[Infotext.Key], StringComparison.Ordinal);
        Assert.Contains("Seed: 42", CommandLine.Run("inspect", _cli[name]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_gets_the_format_that_is_asked_for_and_free_names()
    {
        Libvips.Require();
        Directory.CreateDirectory(_cli["out"]);
        File.WriteAllText(_cli["out/a-cat.jpg"], "mine");
        CommandLine.Generate("a cat", "-o", _cli["out"], "--format", "jpeg", "--count", "2", "--grid", "--steps-strip");
        string[] expected = ["a-cat-1-steps.jpg", "a-cat-1.jpg", "a-cat-2-steps.jpg", "a-cat-2.jpg", "a-cat-grid.jpg", "a-cat.jpg"];
        Assert.Equal(expected.Select(name => Path.Combine("out", name)), _cli.Files);
        Assert.Equal("mine", File.ReadAllText(_cli["out/a-cat.jpg"]));
        Assert.Equal(ImageFormat.Jpeg, ImageFormats.Of(File.ReadAllBytes(_cli["out/a-cat-grid.jpg"])));
    }

    [Fact]
    public void A_lossless_WebP_is_the_PNG()
    {
        Libvips.Require();
        CommandLine.Generate("a cat", "-o", _cli["a.png"], "--seed", "1");
        CommandLine.Generate("a cat", "-o", _cli["a.webp"], "--seed", "1", "--quality", "100");
        Image png = ImageFile.Read(_cli["a.png"]), webp = ImageFile.Read(_cli["a.webp"]);
        Assert.Equal(png.Pixels, webp.Pixels);
        Assert.Equal(png.Texts[Infotext.Key], webp.Texts[Infotext.Key]);
    }

    [Fact]
    public void A_picture_to_start_from_and_its_mask_may_be_of_any_format()
    {
        Libvips.Require();
        Image source = ImageFile.Read(Libvips.Picture("quarters.tif"));
        PngWriter.Write(_cli["source.png"], source);
        PngWriter.Write(_cli["mask.png"], ImageFile.Read(Libvips.Picture("bits.tif")));
        string[] same = ["a cat", "--seed", "1", "--strength", "0.7"];
        CommandLine.Generate([.. same, "-o", _cli["a.png"], "--init", _cli["source.png"], "--mask", _cli["mask.png"]]);
        CommandLine.Generate([.. same, "-o", _cli["b.png"], "--init", Libvips.Picture("quarters.tif"), "--mask", Libvips.Picture("bits.tif")]);
        Assert.Equal(File.ReadAllBytes(_cli["a.png"]), File.ReadAllBytes(_cli["b.png"]));
    }

    [Theory]
    [InlineData("--format is 'gif'; png, jpeg or webp is needed.", "a.png", "--format", "gif")]
    [InlineData("but --format is webp: name the file otherwise", "a.jpg", "--format", "webp")]
    [InlineData("--quality is 50, but a PNG always keeps all", "a.png", "--quality", "50")]
    [InlineData("The quality of a JPEG is 0; a whole number from 1 to 100", "a.jpg", "--quality", "0")]
    [InlineData("pictures are written as PNG, JPEG or WebP", "a.tiff")]
    public void What_makes_no_sense_is_refused(string message, string name, params string[] options)
    {
        Ran ran = CommandLine.Generate(["a cat", "-o", _cli[name], .. options]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(_cli.Files);
    }

    // A process of its own: this one has found the library already, or not.
    [Fact]
    public void Without_libvips_one_sentence_names_the_package_and_PNG_works()
    {
        File.WriteAllBytes(_cli["photo.jpg"], [0xFF, 0xD8, 0xFF, 0xE0]);
        Directory.CreateDirectory(_cli["empty"]);
        string read = WithoutLibvips("a cat", "-o", "a.png", "--init", "photo.jpg"), written = WithoutLibvips("a cat", "-o", "a.jpg");
        string missing = $"through libvips, which was not found in '{_cli["empty"]}', the folder of PAREIDOLIA_LIBVIPS: "
            + "install it (Debian and Ubuntu: libvips42; macOS: brew install vips), or use PNG files.\n";
        Assert.Equal($"2 pareidolia: 'photo.jpg' is a JPEG, which is read {missing}", read);
        Assert.Equal($"2 pareidolia: JPEG files are written {missing}", written);
        Assert.StartsWith("0 ", WithoutLibvips("a cat", "-o", "a.png"), StringComparison.Ordinal);
        Assert.Equal(["a.png", "photo.jpg"], _cli.Files);
    }

    public void Dispose() => _cli.Dispose();

    private string WithoutLibvips(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Pareidolia.Cli.dll");
        ProcessStartInfo start = new("dotnet", [program, "generate", .. arguments, "--model", TinyModel.Folder])
        {
            WorkingDirectory = _cli[""],
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PAREIDOLIA_LIBVIPS"] = _cli["empty"];
        using Process process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return $"{process.ExitCode} {error}";
    }
}
