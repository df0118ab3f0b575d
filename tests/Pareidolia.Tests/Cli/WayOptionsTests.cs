using Pareidolia.Imaging;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Cli;

/// <summary>Second passes, refiners, seamless pictures, regions and edits on the command line.</summary>
public sealed class WayOptionsTests : IDisposable
{
    private readonly CommandLine _cli = new();

    [Fact]
    public void A_second_pass_makes_the_picture_larger()
    {
        string fields = Fields(48, 48, "--hires", "1.5", "--hires-steps", "2", "--hires-strength", "0.5", "--hires-upscaler", "latent (nearest-exact)",
            "--hires-prompt", "a dog", "--hires-negative", "rain", "--hires-sampler", "euler", "--steps-strip");
        Assert.Contains("Hires upscale: 1.5, Hires steps: 2, Hires upscaler: Latent (nearest-exact)", fields, StringComparison.Ordinal);
        Assert.Equal(["a-steps.png", "a.png"], _cli.Files);
    }

    [Fact]
    public void A_second_pass_goes_to_a_size_through_a_network() => Assert.Contains("Hires resize: 64x40, Hires upscaler: upscaler",
        Fields(64, 40, "--hires-size", "64x40", "--hires-upscaler", Path.Combine(TinyModel.Folder, "upscaler")), StringComparison.Ordinal);

    [Fact]
    public void Another_model_takes_over() => Assert.Contains("Refiner switch at: 0.5",
        Fields(32, 32, "--refiner", TinyModel.Lively, "--refiner-switch", "0.5"), StringComparison.Ordinal);

    [Theory]
    [InlineData("Tiling: True", "--tiling")]
    [InlineData("Tiling: True", "--tiling", "both")]
    [InlineData("Tiling axis: x", "--tiling", "x")]
    public void Edges_meet(string field, params string[] options) => Assert.Contains(field, Fields(32, 32, options), StringComparison.Ordinal);

    [Fact]
    public void Parts_have_prompts()
    {
        Image mask = new(8, 8, 1);
        mask.Row(2).Fill(255);
        PngWriter.Write(_cli["sky.png"], mask);
        string fields = Fields(32, 32, "--region", "0,0,0.5,1,0.8: a dog, asleep", "--region", "16,0,16,32: a bird", "--region-mask", _cli["sky.png"] + ",2: clouds");
        Assert.Contains("Region 1: \"0,0,0.5,1,0.8: a dog, asleep\", Region 2: \"16,0,16,32,1: a bird\", Region 3: \"mask,2: clouds\"", fields, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_is_edited()
    {
        using TemporaryFolder folder = new();
        TinyModel.CopyTo(folder);
        TinyModel.WithChannels(folder, 8);
        PngWriter.Write(_cli["photo.png"], new Image(32, 32));
        Ran ran = CommandLine.Run(
            "generate", "make it red", "--model", folder.Path, "-o", _cli["a.png"], "--init", _cli["photo.png"], "--image-guidance", "2");
        Assert.Equal(0, ran.Code);
        string fields = PngReader.Read(_cli["a.png"]).Texts[Infotext.Key];
        Assert.Contains("Image CFG scale: 2", fields, StringComparison.Ordinal);
        Assert.Contains("Denoising strength: 1", fields, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("need --hires 2", "--hires-steps", "3")]
    [InlineData("Both --hires and --hires-size", "--hires", "2", "--hires-size", "64")]
    [InlineData("--hires-upscaler is 'nowhere.pth'; one of Latent,", "--hires", "2", "--hires-upscaler", "nowhere.pth")]
    [InlineData("Width is 12, but this model draws multiples of 8", "--hires-size", "16", "--size", "12")]
    [InlineData("--refiner-switch needs --refiner", "--refiner-switch", "0.5")]
    [InlineData("There is no model 'nowhere'", "--refiner", "nowhere")]
    [InlineData("--tiling is 'z'; one of both, x, y is needed", "--tiling", "z")]
    [InlineData("--region is 'left: a cat'; where, a colon, a space and a prompt are needed", "--region", "left: a cat")]
    [InlineData("--region is '0,0,1,1'; where", "--region", "0,0,1,1")]
    [InlineData("--region-bounds needs --region-mask", "--region-bounds")]
    [InlineData("Image guidance is for models that edit pictures", "--image-guidance", "2")]
    public void A_wrong_option_is_one_sentence_and_nothing_is_written(string sentence, params string[] options)
    {
        Ran ran = CommandLine.Generate(["a cat", "-o", _cli["a.png"], .. options]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(sentence, ran.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(_cli.Files);
    }

    public void Dispose() => _cli.Dispose();

    private string Fields(int width, int height, params string[] options)
    {
        Ran ran = CommandLine.Generate(["a cat", "-o", _cli["a.png"], "--seed", "1", .. options]);
        Assert.Equal((0, ""), (ran.Code, ran.Error.Split('\n').FirstOrDefault(line => line.Length > 0 && !line.StartsWith("drawing", StringComparison.Ordinal)) ?? ""));
        Image made = PngReader.Read(_cli["a.png"]);
        Assert.Equal((width, height), (made.Width, made.Height));
        return made.Texts[Infotext.Key];
    }
}
