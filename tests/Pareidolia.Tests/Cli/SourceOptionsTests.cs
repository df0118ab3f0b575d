using Pareidolia.Imaging;

namespace Pareidolia.Tests.Cli;

/// <summary>Pictures to start from, masks and margins on the command line.</summary>
public sealed class SourceOptionsTests : IDisposable
{
    private readonly CommandLine _cli = new();

    public SourceOptionsTests()
    {
        Image picture = new(48, 40), mask = new(48, 40, 1);
        for (int i = 0; i < picture.Pixels.Length; i++)
            picture.Pixels[i] = (byte)(i * 7);
        for (int y = 10; y < 20; y++)
            mask.Row(y)[12..30].Fill(255);
        PngWriter.Write(_cli["photo.png"], picture);
        PngWriter.Write(_cli["mask.png"], mask);
    }

    [Fact]
    public void A_mask_with_all_its_options_ends_in_the_infotext()
    {
        Ran ran = CommandLine.Generate("a cat", "-o", _cli["a.png"], "--seed", "1", "--init", _cli["photo.png"], "--mask", _cli["mask.png"],
            "--mask-blur", "4", "--fill", "noise", "--only-masked", "--mask-padding", "8", "--invert-mask", "--noise", "a1111-cpu");
        Assert.Equal("", ran.Error.Replace("drawing, 3 steps\n", "", StringComparison.Ordinal));
        Image made = PngReader.Read(_cli["a.png"]);
        Assert.Equal((48, 40), (made.Width, made.Height));
        Assert.StartsWith(_cli["a.png"] + "  48x40  ", ran.Output, StringComparison.Ordinal);
        foreach (string field in (string[])["Mask blur: 4", "Masked content: latent noise", "Masked area padding: 8", "Mask mode: Inpaint not masked"])
            Assert.Contains(field, made.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Fact]
    public void Margins_decide_the_size()
    {
        Ran ran = CommandLine.Generate("a cat", "-o", _cli["a.png"], "--init", _cli["photo.png"], "--outpaint", "left=16,bottom=5,feather=4");
        Assert.Equal(0, ran.Code);
        Image made = PngReader.Read(_cli["a.png"]);
        Assert.Equal((64, 48), (made.Width, made.Height));
        Assert.Contains("left=16,top=0,right=0,bottom=8,feather=4", made.Texts[Infotext.Key], StringComparison.Ordinal);
        Assert.Contains("Masked content: fill", made.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--outpaint is 'left=x'; pixels beyond edges", "--outpaint", "left=x")]
    [InlineData("--fill is 'holes'; one of fill, original, noise, nothing is needed", "--mask", "mask.png", "--fill", "holes")]
    [InlineData("--resize-mode is 'half'; one of stretch, crop, fill", "--resize-mode", "half")]
    [InlineData("--mask-padding needs --only-masked", "--mask", "mask.png", "--mask-padding", "3")]
    [InlineData("there is no mask", "--mask-blur", "3")]
    [InlineData("makes its own mask", "--outpaint", "left=8", "--mask", "mask.png")]
    public void A_wrong_option_is_one_sentence_and_nothing_is_written(string sentence, params string[] options)
    {
        string[] paths = [.. options.Select(option => option.EndsWith(".png", StringComparison.Ordinal) ? _cli[option] : option)];
        Ran ran = CommandLine.Generate(["a cat", "-o", _cli["a.png"], "--init", _cli["photo.png"], .. paths]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(sentence, ran.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain("a.png", _cli.Files);
    }

    [Fact]
    public void Options_of_a_mask_need_a_picture()
    {
        Assert.Contains("need --init", CommandLine.Generate("a cat", "-o", _cli["a.png"], "--only-masked").ErrorLine, StringComparison.Ordinal);
        Assert.Contains("need --init", CommandLine.Generate("a cat", "-o", _cli["a.png"], "--outpaint", "left=8").ErrorLine, StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();
}
