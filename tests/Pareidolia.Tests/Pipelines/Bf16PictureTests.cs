using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Cli;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Pictures whose products are in bfloat16: the same to the eye, and told in their settings.</summary>
public sealed class Bf16PictureTests : IDisposable
{
    private static readonly string[] s_quick = ["generate", "a red apple", "--model", TinyModel.Folder, "--steps", "6", "--size", "64", "--seed", "3"];

    private readonly CommandLine _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void A_picture_is_nearly_that_of_float32_and_says_so()
    {
        Image whole = Drawn("whole.png"), half = Drawn("half.png", "--bf16");
        Assert.DoesNotContain("bf16", whole.Texts[Infotext.Key], StringComparison.Ordinal);
        if (!ReducedPrecision.IsSupported)
        {
            Assert.Equal(whole.Pixels, half.Pixels);
            return;
        }
        Assert.Contains("Product precision: bf16", half.Texts[Infotext.Key], StringComparison.Ordinal);
        double mean = whole.Pixels.Zip(half.Pixels, (a, b) => Math.Abs(a - b)).Average();
        Assert.InRange(mean, 1e-3, 2);
    }

    [Fact]
    public void More_rounding_and_less_do_not_go_together()
    {
        Ran ran = CommandLine.Run([.. s_quick, "-o", _cli["a.png"], "--bf16", "--exact"]);
        Assert.Equal(2, ran.Code);
        Assert.Contains("--exact asks for less rounding and --bf16 for more", ran.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(_cli.Files);
    }

    private Image Drawn(string name, params string[] options)
    {
        Ran ran = CommandLine.Run([.. s_quick, "-o", _cli[name], .. options]);
        Assert.True(ran.Code == 0, ran.Error);
        return ImageFile.Read(_cli[name]);
    }
}
