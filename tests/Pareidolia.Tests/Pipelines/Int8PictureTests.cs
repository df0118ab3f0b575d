using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Cli;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Pictures whose products are in integers of 8 bits: within the bounds that docs/performance.md states, and told in their settings.</summary>
public sealed class Int8PictureTests(ITestOutputHelper log) : IDisposable
{
    private static readonly string[] s_quick = ["generate", "a red apple", "--model", TinyModel.Folder, "--steps", "6", "--size", "64", "--seed", "3"];

    private readonly CommandLine _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("sd-tiny")]
    [InlineData("sdxl-tiny")]
    public void After_twenty_steps_latents_are_within_two_hundredths_and_pictures_within_a_shade(string name)
    {
        using Scope scope = new();
        (float[] whole, double[] shades) = Run(name, int8: false);
        (float[] latents, double[] drawn) = Run(name, int8: true);
        double error = Math.Sqrt(latents.Zip(whole, (a, e) => Math.Pow(a - (double)e, 2)).Sum() / whole.Sum(e => (double)e * e));
        double shade = drawn.Zip(shades, (a, e) => Math.Abs(a - e)).Average();
        log.WriteLine($"{name}: latents {error:g3}, pictures {shade:f3} of 255");
        Assert.InRange(error, 1e-4, 2e-2);
        Assert.InRange(shade, 1e-3, 1);
    }

    [Theory]
    [InlineData("sd-tiny")]
    [InlineData("sdxl-tiny")]
    public void A_decoded_picture_is_within_a_shade(string name)
    {
        using Scope scope = new();
        using StableDiffusionPipeline pipeline = Open(name, int8: false);
        PictureNoise noise = pipeline.Noise([.. Settings(pipeline).Pictures()], Settings(pipeline));
        Latent latent = new(noise.Start());
        Image whole = pipeline.Decode(latent)[0];
        pipeline.Int8 = true;
        Image bytes = pipeline.Decode(latent)[0];
        double shade = whole.Pixels.Zip(bytes.Pixels, (a, b) => Math.Abs(a - b)).Average();
        log.WriteLine($"{name}: {shade:f3} of 255");
        Assert.InRange(shade, 1e-3, 1);
    }

    [Fact]
    public void A_picture_says_so()
    {
        Ran ran = CommandLine.Run([.. s_quick, "-o", _cli["bytes.png"], "--int8"]);
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Contains("Product precision: int8", ImageFile.Read(_cli["bytes.png"]).Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Fact]
    public void More_rounding_and_less_do_not_go_together()
    {
        Ran ran = CommandLine.Run([.. s_quick, "-o", _cli["a.png"], "--int8", "--exact"]);
        Assert.Equal(2, ran.Code);
        Assert.Contains("--exact asks for less rounding and --int8 for more", ran.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(_cli.Files);
    }

    private static StableDiffusionPipeline Open(string name, bool int8)
    {
        ModelSource model = ModelSource.Open(Path.Combine(GoldenCase.Load(name).Folder, "pipeline"));
        model.Holding = new WeightHolding { ByteLayers = int8 };
        StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(model);
        pipeline.Int8 = int8;
        return pipeline;
    }

    private static GenerateSettings Settings(StableDiffusionPipeline pipeline) => pipeline.Defaults with
    {
        Prompt = "a photo of a cat",
        Width = 64,
        Height = 64,
        Steps = 20,
        Seed = 7,
        Guidance = 7.5,
    };

    private static (float[] Latents, double[] Shades) Run(string name, bool int8)
    {
        using StableDiffusionPipeline pipeline = Open(name, int8);
        GenerateSettings settings = Settings(pipeline);
        PictureRequest[] batch = [.. settings.Pictures()];
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        using Tensor final = Scope.Detach(pipeline.Denoise(conditioning, start, settings, noise).Finish());
        return (final.ToArray(), [.. pipeline.Decode(new Latent(final))[0].Pixels.Select(shade => (double)shade)]);
    }
}
