using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Models that edit pictures as they are told (instruct-pix2pix), against diffusers' three-way guidance written out.</summary>
public sealed class EditingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public EditingTests()
    {
        TinyModel.CopyTo(_folder);
        TinyModel.WithChannels(_folder, 8);
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(4)]
    public void Guidance_goes_three_ways(double imageGuidance)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(_folder.Path);
        using WrittenOut network = new(_folder.Path);
        pipeline.Exact = true;
        GenerateSettings settings = Settings(pipeline) with { ImageGuidance = imageGuidance };
        using Conditioning text = pipeline.Encode([.. settings.Pictures()], settings);
        using Scope scope = new();
        Tensor picture = Latents(), nothing = Tensor.Zeros(picture.Shape);
        SamplingPlan plan = WrittenOut.Plan(_folder.Path, settings, settings.Steps);
        // From noise alone: the picture is only told.
        Tensor expected = plan.Run((x, t) =>
        {
            Tensor both = network.Says(x, t, WrittenOut.Prompt(text), picture);
            Tensor image = network.Says(x, t, WrittenOut.Negative(text), picture), neither = network.Says(x, t, WrittenOut.Negative(text), nothing);
            return new GuidedOutput(
                neither + (both - image).Scale((float)settings.Guidance) + (image - neither).Scale((float)imageGuidance), neither);
        }, plan.Start(WrittenOut.Noise(5, 4, 4)), (_, _) => throw new InvalidOperationException()).Finish();
        WrittenOut.Same(expected, WrittenOut.Run(pipeline, settings), 1e-4);
    }

    [Fact]
    public void At_1_it_is_plain_guidance_with_the_picture_beside()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(_folder.Path);
        using WrittenOut network = new(_folder.Path);
        pipeline.Exact = true;
        GenerateSettings settings = Settings(pipeline) with { ImageGuidance = 1 };
        using Conditioning text = pipeline.Encode([.. settings.Pictures()], settings);
        using Scope scope = new();
        Tensor picture = Latents();
        SamplingPlan plan = WrittenOut.Plan(_folder.Path, settings, settings.Steps);
        Tensor expected = plan.Run((x, t) => new GuidedOutput(network.Guided(x, t, text, settings.Guidance, picture), x),
            plan.Start(WrittenOut.Noise(5, 4, 4)), (_, _) => throw new InvalidOperationException()).Finish();
        WrittenOut.Same(expected, WrittenOut.Run(pipeline, settings));
    }

    [Fact]
    public void The_usual_image_guidance_is_that_of_diffusers_and_is_written_down()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(_folder.Path);
        Assert.True(pipeline.EditsPictures);
        Image usual = pipeline.Generate(Settings(pipeline))[0];
        Assert.Equal(pipeline.Generate(Settings(pipeline) with { ImageGuidance = 1.5 })[0].Pixels, usual.Pixels);
        Assert.NotEqual(pipeline.Generate(Settings(pipeline) with { ImageGuidance = 3 })[0].Pixels, usual.Pixels);
        Assert.Contains("Image CFG scale: 1.5", usual.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Fact]
    public void In_stages_it_is_the_same_picture()
    {
        using StableDiffusionPipeline whole = StableDiffusionPipeline.Load(_folder.Path);
        using StableDiffusionPipeline staged = StableDiffusionPipeline.Load(new ModelFolder(_folder.Path) { Holding = new WeightHolding(Staged: true) });
        Assert.Equal(whole.Generate(Settings(whole))[0].Pixels, staged.Generate(Settings(staged))[0].Pixels);
    }

    [Fact]
    public void The_web_UI_starts_from_the_picture_too()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(_folder.Path);
        GenerateSettings settings = Settings(pipeline) with { Noise = new NoiseSettings { Mode = NoiseMode.WebUiCpu } };
        PictureRequest[] batch = [.. settings.Pictures()];
        using RunStart start = pipeline.Begin(pipeline.Noise(batch, settings), settings);
        using Scope scope = new();
        WrittenOut.Same(Latents(), start.Beside!);
        WrittenOut.Same(Latents(), start.Known!);                                                       // this autoencoder's scale is 1
    }

    [Fact]
    public void Without_a_picture_it_is_refused_and_so_is_image_guidance_of_other_models()
    {
        using StableDiffusionPipeline editor = StableDiffusionPipeline.Load(_folder.Path), plain = StableDiffusionPipeline.Load(TinyModel.Folder);
        Assert.Contains("edits pictures: name one to start from",
            Assert.Throws<PareidoliaException>(() => editor.Generate("make it blue")).Message, StringComparison.Ordinal);
        Assert.Contains("Image guidance is for models that edit pictures", Assert.Throws<PareidoliaException>(
            () => plain.Generate(plain.Defaults with { Prompt = "a cat", ImageGuidance = 2 })).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    // The mean of the autoencoder's distribution, not scaled.
    private Tensor Latents()
    {
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(_folder["vae"]);
        byte[] small = Resize.To(Picture(), 16, 16).Pixels;
        Tensor pixels = Tensor.From(Array.ConvertAll(small, value => (value / 127.5f) - 1), [1, 16, 16, 3]);
        return vae.Model.Encode(pixels).Mean.Clone();
    }

    private static GenerateSettings Settings(StableDiffusionPipeline pipeline) => pipeline.Defaults with
    {
        Prompt = "make it blue",
        Negative = "blurry",
        Seed = 5,
        Sampler = SamplerChoice.Parse("euler"),
        Source = new SourcePicture(Picture()) { Strength = 1 },
    };

    private static Image Picture()
    {
        Image image = new(32, 32);
        for (int i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = (byte)(i * 11);
        return image;
    }
}
