using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

[Collection(nameof(TensorMemoryTests))]
public sealed class StableDiffusionPipelineTests
{
    [Fact]
    public void A_seed_gives_one_picture_alone_and_in_a_batch()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        IReadOnlyList<Image> batch = pipeline.Generate(pipeline.Defaults with { Prompt = "a red apple", Seed = 7, Count = 3 });
        Image second = pipeline.Generate("a red apple", seed: 8);
        Assert.Equal(second.Pixels, batch[1].Pixels);
        Assert.NotEqual(batch[0].Pixels, batch[1].Pixels);
    }

    [Fact]
    public void The_upscaler_follows_the_autoencoder()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        Assert.Equal(TinyModel.Factor, pipeline.Factor);
        Image image = pipeline.Generate(pipeline.Defaults with { Prompt = "a cat", Width = 40, Height = 24 })[0];
        Assert.Equal((40, 24), (image.Width, image.Height));
    }

    [Fact]
    public void A_picture_says_how_it_was_made()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = pipeline.Defaults with
        {
            Prompt = "a red apple",
            Negative = "blurry",
            Seed = 42,
            Sampler = SamplerChoice.Parse("DPM++ 2M SDE Karras"),
            ClipSkip = 2,
        };
        Infotext infotext = Infotext.Parse(pipeline.Generate(settings)[0].Texts[Infotext.Key]);
        Assert.Equal(("a red apple", "blurry"), (infotext.Prompt, infotext.NegativePrompt));
        string[] expected = ["Steps=3", "Sampler=DPM++ 2M SDE", "Schedule type=Karras", "CFG scale=4", "Seed=42", "Size=32x32", "Clip skip=2", "RNG=CPU"];
        Assert.Superset(expected.ToHashSet(), infotext.Fields.Select(field => $"{field.Key}={field.Value}").ToHashSet());
    }

    [Fact]
    public void The_picture_says_how_its_noise_was_made()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        NoiseSettings noise = new()
        {
            Mode = NoiseMode.WebUiGpu, SeedDelta = 31337, VariationSeed = 3, VariationStrength = 0.25, ResizeFrom = (64, 32),
        };
        GenerateSettings settings = pipeline.Defaults with { Steps = 2, Prompt = "a cat", Seed = 42, Noise = noise };
        Infotext infotext = Infotext.Parse(pipeline.Generate(settings)[0].Texts[Infotext.Key]);
        string[] expected =
        [
            "Seed=42", "Variation seed=3", "Variation seed strength=0.25", "Seed resize from=32x64", "ENSD=31337", "RNG=NV", "Noise mode=a1111-gpu",
        ];
        Assert.Superset(expected.ToHashSet(), infotext.Fields.Select(field => $"{field.Key}={field.Value}").ToHashSet());
    }

    [Fact]
    public void A_picture_of_a_shared_batch_does_not_depend_on_how_the_batch_is_cut()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = pipeline.Defaults with
        {
            Steps = 2,
            Prompt = "a cat",
            Seed = 4,
            Count = 3,
            Noise = new() { Mode = NoiseMode.ComfyUi },
            Sampler = SamplerChoice.Parse("euler-a"),
        };
        PictureRequest[] batch = [.. settings.Pictures()];
        Assert.Equal(Drawn(batch)[2], Drawn(batch[2..])[0], (a, b) => Math.Abs(a - b) < 1e-4);

        float[][] Drawn(PictureRequest[] part)
        {
            using Scope scope = new();
            PictureNoise noise = pipeline.Noise(part, settings);
            using Conditioning conditioning = pipeline.Encode(part, settings);
            using RunStart start = pipeline.Begin(noise, settings);
            Tensor final = pipeline.Denoise(conditioning, start, settings, noise).Finish();
            return [.. Enumerable.Range(0, part.Length).Select(i => final.Slice(0, i, 1).ToArray())];
        }
    }

    [Theory]
    [InlineData("euler_ancestral")]
    [InlineData("dpmpp_2m_karras")]
    [InlineData("uni_pc")]
    public void Every_kind_of_sampler_runs_and_its_last_step_is_clean(string sampler)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a cat", Steps = 4, Sampler = SamplerChoice.Parse(sampler) };
        PictureRequest[] batch = [.. settings.Pictures()];
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        List<DenoiseStep> steps = [.. pipeline.Denoise(conditioning, start, settings, noise)];
        Assert.Equal(4, steps.Count);
        Assert.InRange(steps[^1].To.Ratio, 0, 0.05);
    }

    [Fact]
    public void Without_guidance_the_negative_prompt_is_not_read()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        PictureRequest[] batch = [new("a cat", "blurry", 1), new("a bird", "", 2)];
        using Conditioning free = pipeline.Encode(batch, pipeline.Defaults with { Guidance = 1 });
        using Conditioning guided = pipeline.Encode(batch, pipeline.Defaults);
        Assert.Equal((2, 4), (free.RowsAt(1).Count, guided.RowsAt(1).Count));
        Assert.Equal(
            free.RowsAt(1).SelectMany(row => row.Text.Context.ToArray()),
            guided.RowsAt(1).Skip(2).SelectMany(row => row.Text.Context.ToArray()));
    }

    [Fact]
    public void A_loop_that_is_left_early_leaves_nothing_behind()
    {
        long before = TensorMemory.LiveBuffers;
        using (StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder))
        {
            GenerateSettings settings = pipeline.Defaults with { Prompt = "a cat" };
            PictureRequest[] batch = [.. settings.Pictures()];
            using Conditioning conditioning = pipeline.Encode(batch, settings);
            PictureNoise noise = pipeline.Noise(batch, settings);
            using RunStart start = pipeline.Begin(noise, settings);
            _ = pipeline.Denoise(conditioning, start, settings, noise).First();
            _ = pipeline.Generate("a cat");
        }
        Assert.Equal(before, TensorMemory.LiveBuffers);
    }

    [Fact]
    public void Latents_that_are_not_finite_are_an_error_and_not_a_grey_picture()
    {
        using TemporaryFolder folder = new();
        DamageUNet(folder);
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => pipeline.Generate("a cat"));
        Assert.Contains("not finite after step 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_that_do_not_fit_each_other_are_an_error()
    {
        using TemporaryFolder folder = new();
        TinyModel.CopyTo(folder);
        string config = folder["vae/config.json"];
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"latent_channels\": 4", "\"latent_channels\": 8", StringComparison.Ordinal));
        long before = TensorMemory.LiveBuffers;
        Assert.Throws<PareidoliaException>(() => StableDiffusionPipeline.Load(folder.Path));
        Assert.Equal(before, TensorMemory.LiveBuffers);
    }

    /// <summary>The tiny model with a UNet that says NaN.</summary>
    /// <summary>A new UNet says 0; as the clean picture, that is 0 everywhere when the last noise is gone.</summary>
    internal static void SilenceUNet(TemporaryFolder folder)
    {
        TinyModel.CopyTo(folder);
        string config = folder["scheduler/scheduler_config.json"];
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"set_alpha_to_one\": false", "\"set_alpha_to_one\": true, \"prediction_type\": \"sample\"", StringComparison.Ordinal));
    }

    /// <summary>A decoder whose last convolution is lost.</summary>
    internal static void SilenceDecoder(TemporaryFolder folder)
    {
        TinyModel.CopyTo(folder);
        using Pretrained<Pareidolia.Models.AutoencoderKl> vae = Pareidolia.Models.AutoencoderKl.Load(folder["vae"]);
        Tensor weight = vae.Weights.Parameters.Single(parameter => parameter.Name == "decoder.conv_out.weight").Tensor;
        weight.Load(new float[weight.Count]);
        vae.Weights.Parameters.Single(parameter => parameter.Name == "decoder.conv_out.bias").Tensor.Load([0.25f, 0.25f, 0.25f]);
        vae.Model.Save(folder["vae"], vae.Weights);
    }

    internal static void DamageUNet(TemporaryFolder folder)
    {
        TinyModel.CopyTo(folder);
        using Pretrained<Pareidolia.Models.UNet2DConditionModel> unet = Pareidolia.Models.UNet2DConditionModel.Load(folder["unet"]);
        Tensor bias = unet.Weights.Parameters.Single(parameter => parameter.Name == "conv_out.bias").Tensor;
        bias.Load([float.NaN, 0, 0, 0]);
        unet.Model.Save(folder["unet"], unet.Weights);
    }
}
