using Pareidolia.Imaging;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Cli;

/// <summary><c>pareidolia upscale</c>.</summary>
public sealed class UpscaleTests : IDisposable
{
    private readonly CommandLine _cli = new();

    public UpscaleTests()
    {
        Image image = new(6, 4);
        image.Pixels[0] = 200;
        image.Texts[Infotext.Key] = "a red apple\nSteps: 3, Sampler: DDIM, CFG scale: 4, Seed: 42, Size: 6x4";
        PngWriter.Write(_cli["small.png"], image);
    }

    [Fact]
    public void A_picture_becomes_larger_and_keeps_its_settings()
    {
        string upscaler = RandomUpscaler.Compact(5, 0, 4).Save(_cli["net.safetensors"]);
        Ran ran = CommandLine.Run("upscale", _cli["small.png"], "--upscaler", upscaler, "-o", _cli["large.png"]);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        Image large = PngReader.Read(_cli["large.png"]);
        Assert.Equal((24, 16), (large.Width, large.Height));
        Infotext infotext = Infotext.Parse(large.Texts[Infotext.Key]);
        Assert.Equal(("a red apple", "42"), (infotext.Prompt, infotext.Fields["Seed"]));
        Assert.Equal(("4", "net"), (infotext.Fields["Postprocess upscale by"], infotext.Fields["Postprocess upscaler"]));
    }

    [Fact]
    public void A_scale_may_be_any_and_the_name_follows_the_picture()
    {
        Ran ran = CommandLine.Run("upscale", _cli["small.png"], "--upscaler", "lanczos", "--scale", "1.5", "-o", _cli["out"]);
        Assert.Equal(0, ran.Code);
        Image large = PngReader.Read(Path.Combine(_cli["out"], "small-upscaled.png"));
        Assert.Equal((9, 6), (large.Width, large.Height));
    }

    [Theory]
    [InlineData("--scale is 0", "--scale", "0")]
    [InlineData("--scale is NaN", "--scale", "NaN")]
    [InlineData("--scale is 17", "--scale", "17")]
    [InlineData("'nothing'", "--upscaler", "nothing")]
    [InlineData("is a text file, not weights", "--upscaler", "{}/text.pth")]
    [InlineData("A tile of 4", "--upscaler", "{}/../../up.safetensors", "--tile", "4")]
    public void What_cannot_be_is_refused(string message, params string[] arguments)
    {
        File.WriteAllText(_cli["text.pth"], "no weights");
        using TemporaryFolder elsewhere = new();
        string net = RandomUpscaler.Compact(5, 0, 2).Save(elsewhere["up.safetensors"]);
        string[] filled = [.. arguments.Select(part => part.Replace("{}/../../up.safetensors", net, StringComparison.Ordinal).Replace("{}", _cli[""].TrimEnd('/'), StringComparison.Ordinal))];
        string[] named = filled.Contains("--upscaler") ? filled : [.. filled, "--upscaler", "lanczos"];
        Ran ran = CommandLine.Run(["upscale", _cli["small.png"], "-o", _cli["large.png"], .. named]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(["small.png", "text.pth"], _cli.Files);
    }

    public void Dispose() => _cli.Dispose();
}
