using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Runs that start from a picture, in the ways of the three programs.</summary>
public sealed class SourcePictureTests
{
    [Theory]
    [InlineData(NoiseMode.Diffusers, 0.6, 4)]
    [InlineData(NoiseMode.WebUiCpu, 0.6, 5)]
    [InlineData(NoiseMode.WebUiCpu, 1, 8)]
    [InlineData(NoiseMode.ComfyUi, 0.6, 8)]
    [InlineData(NoiseMode.Diffusers, 0.01, 1)]
    public void Each_program_counts_steps_in_its_own_way(NoiseMode mode, double strength, int steps)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = Settings(pipeline, mode, strength, mask: null) with { Steps = 8 };
        Assert.Equal(steps, pipeline.StepsOf(settings));
    }

    [Theory]
    [InlineData(NoiseMode.Diffusers)]
    [InlineData(NoiseMode.WebUiCpu)]
    [InlineData(NoiseMode.ComfyUi)]
    public void Latents_outside_the_mask_end_as_they_were(NoiseMode mode)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = Settings(pipeline, mode, 0.7, Halves(32, 0, 255));
        using Scope scope = new();
        (Tensor known, Tensor final) = Run(pipeline, settings);
        (Tensor left, Tensor right) = (final.Slice(2, 0, 2), final.Slice(2, 2, 2));                        // 4 x 4 cells
        Assert.Equal(known.Slice(2, 0, 2).ToArray(), left.ToArray(), (a, b) => Math.Abs(a - b) < 1e-5f);
        Assert.True((known.Slice(2, 2, 2) - right).Square().Mean().Item() > 1e-3, "The inside of the mask should be new.");
    }

    [Fact]
    public void Pixels_outside_the_mask_are_those_of_the_picture()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = Settings(pipeline, NoiseMode.Diffusers, 0.7, Halves(32, 0, 255));
        Image made = pipeline.Generate(settings)[0];
        Assert.Equal(settings.Source!.Picture.Crop(0, 0, 16, 32).Pixels, made.Crop(0, 0, 16, 32).Pixels);
        Assert.NotEqual(settings.Source.Picture.Crop(16, 0, 16, 32).Pixels, made.Crop(16, 0, 16, 32).Pixels);
        Assert.Contains("Denoising strength: 0.7", made.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Fact]
    public void A_little_strength_changes_the_picture_less_than_much()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        Assert.True(Change(pipeline, 0.15) < Change(pipeline, 1), "0.15 should change less than 1.");
    }

    private static double Change(StableDiffusionPipeline pipeline, double strength)
    {
        GenerateSettings settings = Settings(pipeline, NoiseMode.Diffusers, strength, mask: null);
        using Scope scope = new();
        (Tensor known, Tensor final) = Run(pipeline, settings);
        return (final - known).Square().Mean().Item();
    }

    // The latents of the picture and those at the end of the run.
    private static (Tensor Known, Tensor Final) Run(StableDiffusionPipeline pipeline, GenerateSettings settings)
    {
        PictureRequest[] batch = [.. settings.Pictures()];
        PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        return (start.Known!.Clone(), pipeline.Denoise(conditioning, start, settings, noise).Finish());
    }

    private static GenerateSettings Settings(StableDiffusionPipeline pipeline, NoiseMode mode, double strength, Image? mask) =>
        pipeline.Defaults with
        {
            Prompt = "a red apple",
            Seed = 3,
            Steps = 10,
            Noise = new NoiseSettings { Mode = mode },
            Sampler = SamplerChoice.Parse("euler"),
            Source = new SourcePicture(Halves(32, 40, 200)) { Strength = strength, Mask = mask },
        };

    // Left of one grey, right of another.
    private static Image Halves(int side, byte left, byte right)
    {
        Image image = new(side, side);
        for (int i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = i / 3 % side < side / 2 ? left : right;
        return image;
    }
}
