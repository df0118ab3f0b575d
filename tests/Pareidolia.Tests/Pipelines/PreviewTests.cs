using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Models;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Pictures of a run while it goes on.</summary>
public sealed class PreviewTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_cells_colour_is_the_sum_of_its_channels_factors()
    {
        float[] values = [0.5f, -0.25f, 1, 0.75f, 0, 0, 0, 0];
        using Tensor latent = Tensor.From(values, [1, 1, 2, 4]);
        byte[] sd1 = LatentRgb.Of([], 4, isSdxl: false).Show(latent)[0].Pixels, sdxl = LatentRgb.Of([], 4, isSdxl: true).Show(latent)[0].Pixels;
        // Red, SD 1.5: 0.5 * 0.3512 - 0.25 * 0.3250 - 0.2829 - 0.75 * 0.2120 = -0.34755; SDXL with its bias: 0.22458...
        Assert.Equal([Shade(-0.34755), Shade(0.5 * 0.2297 - 0.25 * 0.4974 + 0.1762 - 0.75 * 0.2616), Shade(0.5 * 0.3227 - 0.25 * 0.2350 + 0.2721 - 0.75 * 0.7177)], sd1[..3]);
        Assert.Equal([128, 128, 128], sd1[3..]);
        Assert.Equal(Shade(0.5 * 0.3651 + 0.25 * 0.2533 + 0.1076 - 0.75 * 0.3165 + 0.1084), sdxl[0]);
        Assert.Equal([Shade(0.1084), Shade(-0.0175), Shade(-0.0011)], sdxl[3..]);
        static byte Shade(double value) => (byte)Math.Round((value / 2 + 0.5) * 255);
    }

    [Fact]
    public void A_models_own_map_counts_and_other_latents_are_refused()
    {
        using Tensor latent = Tensor.From([1f, -1], [1, 1, 1, 2]);
        Assert.Equal([255, 128, 0], LatentRgb.Of([1, 0.5, 0, 0, 0.5, 1, 0, 0, 0], 2, isSdxl: false).Show(latent)[0].Pixels);
        Assert.Contains("16 channels", Assert.Throws<PareidoliaException>(() => LatentRgb.Of([], 16, isSdxl: false)).Message, StringComparison.Ordinal);
        Assert.Contains("has 4 numbers; 15 are needed", Assert.Throws<PareidoliaException>(() => LatentRgb.Of([1, 2, 3, 4], 4, isSdxl: false)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PreviewKind.Latent2Rgb)]
    [InlineData(PreviewKind.Taesd)]
    [InlineData(PreviewKind.Vae)]
    public void Each_kind_shows_the_denoised_and_the_noisy_latent_in_the_pictures_size(PreviewKind kind)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        pipeline.UsePreviewVae(SaveTiny(4));
        int shown = 0;
        foreach (DenoiseStep step in Steps(pipeline))
        {
            IReadOnlyList<Image> denoised = pipeline.Preview(step, kind), noisy = pipeline.Preview(step, kind, noisy: true);
            Assert.Equal((2, 40, 32), (denoised.Count, denoised[0].Width, denoised[0].Height));
            Assert.NotEqual(denoised[0].Pixels, denoised[1].Pixels);
            Assert.NotEqual(denoised[0].Pixels, noisy[0].Pixels);
            if (kind == PreviewKind.Vae)
                Assert.Equal(pipeline.Preview(step)[0].Pixels, noisy[0].Pixels);
            shown++;
        }
        Assert.Equal(3, shown);
    }

    [Fact]
    public void The_tiny_autoencoder_shows_what_it_decodes()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        string file = SaveTiny(4);
        pipeline.UsePreviewVae(file);
        using LatentCodec codec = VaeFile.Load(file, null, Backend.Cpu);
        foreach (DenoiseStep step in Steps(pipeline))
        {
            using Tensor pixels = codec.Decode(step.Denoised);                                          // at half the picture's size
            Image expected = Resize.To(TensorImages.From(pixels)[1], 40, 32, Resampling.Bicubic);
            Assert.Equal(expected.Pixels, pipeline.Preview(step, PreviewKind.Taesd)[1].Pixels);
        }
    }

    [Fact]
    public void A_tiny_autoencoder_that_is_missing_or_for_other_latents_is_refused()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        DenoiseStep step = default(DenoiseStep) with { Denoised = Tensor.Zeros([1, 2, 2, 4]) };
        using (step.Denoised)
            Assert.Contains("tiny autoencoder", Assert.Throws<PareidoliaException>(() => pipeline.Preview(step, PreviewKind.Taesd)).Message, StringComparison.Ordinal);
        Assert.Contains("latents of 2 channels; this model's have 4", Assert.Throws<PareidoliaException>(() => pipeline.UsePreviewVae(SaveTiny(2))).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string SaveTiny(int channels)
    {
        AutoencoderTinyConfig config = new()
        {
            EncoderBlockOutChannels = [6, 6, 6], DecoderBlockOutChannels = [6, 6, 6], NumEncoderBlocks = [1, 1, 1], NumDecoderBlocks = [1, 1, 1], LatentChannels = channels,
        };
        using Pretrained<AutoencoderTiny> tiny = AutoencoderTiny.Initialise(config, 3);
        tiny.Model.Save(_folder["tiny"], tiny.Weights);
        return _folder["tiny"];
    }

    private static IEnumerable<DenoiseStep> Steps(StableDiffusionPipeline pipeline)
    {
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a cat", Count = 2, Width = 40 };
        PictureRequest[] batch = [.. settings.Pictures()];
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        foreach (DenoiseStep step in pipeline.Denoise(conditioning, start, settings, noise))
            yield return step;
    }
}
