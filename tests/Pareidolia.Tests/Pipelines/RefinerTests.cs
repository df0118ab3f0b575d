using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>A second model takes over before the end of a run. Runs alone: what it counts is counted for the whole process.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class RefinerTests
{
    [Theory]
    [InlineData(0.5, NoiseMode.Diffusers, "ddim")]
    [InlineData(0.8, NoiseMode.WebUiCpu, "euler")]
    [InlineData(0.3, NoiseMode.WebUiCpu, "dpmpp_2m")]
    public void The_first_timesteps_are_the_models_and_the_rest_the_refiners(double at, NoiseMode mode, string sampler)
    {
        using TemporaryFolder folder = new();
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(TinyModel.Lively), refiner = Refiner(folder);
        using WrittenOut first = new(TinyModel.Lively), second = new(folder.Path);
        model.Exact = true;
        GenerateSettings settings = Settings(model, mode, sampler);
        using Conditioning text = model.Encode([.. settings.Pictures()], settings);
        SamplingPlan plan = WrittenOut.Plan(TinyModel.Lively, settings, settings.Steps);
        using Scope scope = new();
        List<double> asked = [];
        // diffusers' denoising_end: timesteps from round(1000 (1 - 0.8)) = 200 up are the first model's.
        Tensor expected = plan.Run((x, t) =>
        {
            asked.Add(t);
            return new GuidedOutput((t >= 1000 - (1000 * at) ? first : second).Guided(x, t, text, settings.Guidance), x);
        }, plan.Start(WrittenOut.Noise(5, 4, 4)), (_, _) => throw new InvalidOperationException()).Finish();
        Assert.Contains(asked, t => t >= 1000 - (1000 * at));
        Assert.Contains(asked, t => t < 1000 - (1000 * at));
        WrittenOut.Same(expected, WrittenOut.Run(model, settings with { Refiner = new RefinerHandOver(refiner, at) }));
    }

    [Fact]
    public void At_the_end_it_never_speaks_and_at_the_start_it_speaks_alone()
    {
        using TemporaryFolder folder = new();
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(TinyModel.Lively), refiner = Refiner(folder);
        GenerateSettings settings = Settings(model, NoiseMode.WebUiCpu, "euler");
        Assert.Equal(Pixels(model, settings), Pixels(model, settings with { Refiner = new RefinerHandOver(refiner, 1) }));
        Assert.Equal(Pixels(refiner, settings), Pixels(model, settings with { Refiner = new RefinerHandOver(refiner, 0) }));
        Assert.NotEqual(Pixels(model, settings), Pixels(refiner, settings));
    }

    [Fact]
    public void With_a_second_pass_it_joins_that_one()
    {
        using TemporaryFolder folder = new();
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(TinyModel.Lively), refiner = Refiner(folder);
        GenerateSettings settings = Settings(model, NoiseMode.WebUiCpu, "euler") with { Hires = new HiresFix { Strength = 0.9 } };
        GenerateSettings refined = settings with { Refiner = new RefinerHandOver(refiner, 0.8) };
        using Scope scope = new();
        Tensor[] plain = Steps(model, settings), handed = Steps(model, refined);
        Assert.Equal(6, plain.Length);
        foreach (int step in Enumerable.Range(0, 5))
            Assert.Equal(plain[step].ToArray(), handed[step].ToArray());
        Assert.NotEqual(plain[5].ToArray(), handed[5].ToArray());
    }

    [Fact]
    public void SDXL_hands_over_to_its_refiner_which_reads_one_text_encoder_and_a_score()
    {
        using TemporaryFolder first = new(), second = new();
        SdxlTests.Make(first, refines: false);
        SdxlTests.Make(second, refines: true);
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(first.Path), refiner = StableDiffusionPipeline.Load(second.Path);
        GenerateSettings settings = Settings(model, NoiseMode.WebUiCpu, "euler") with { Refiner = new RefinerHandOver(refiner) };
        Image made = model.Generate(settings)[0];
        Assert.NotEqual(Pixels(model, settings with { Refiner = null }), made.Pixels);
        Assert.Contains($"Refiner: {refiner.Name}, Refiner switch at: 0.8", made.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Fact]
    public void In_stages_the_same_pictures_take_less_memory()
    {
        using TemporaryFolder folder = new();
        TinyModel.CopyTo(folder);
        TinyModel.WithChannels(folder, 4, seed: 77);
        (byte[] whole, long wholeBytes) = Drawn(staged: false);
        (byte[] inStages, long stagedBytes) = Drawn(staged: true);
        Assert.Equal(whole, inStages);
        Assert.InRange((double)stagedBytes / wholeBytes, 0, 0.8);

        (byte[] Pixels, long Peak) Drawn(bool staged)
        {
            long before = TensorMemory.LiveBytes;
            WeightHolding holding = new(Staged: staged);
            using StableDiffusionPipeline model = StableDiffusionPipeline.Load(new ModelFolder(TinyModel.Lively) { Holding = holding });
            using StableDiffusionPipeline refiner = StableDiffusionPipeline.Load(new ModelFolder(folder.Path) { Holding = holding });
            TensorMemory.ResetPeak();
            GenerateSettings settings = Settings(model, NoiseMode.WebUiCpu, "euler") with { Refiner = new RefinerHandOver(refiner, 0.5), Count = 17 };
            byte[] pixels = [.. model.Generate(settings).SelectMany(image => image.Pixels)];
            return (pixels, TensorMemory.PeakBytes - before);
        }
    }

    [Fact]
    public void A_model_of_other_latents_is_refused()
    {
        using TemporaryFolder folder = new();
        TinyModel.CopyTo(folder);
        // Cells of 4 pixels, not of 8.
        Directory.Delete(folder["upscaler"], recursive: true);
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(TinyModel.Lively), other = StableDiffusionPipeline.Load(folder.Path);
        GenerateSettings settings = Settings(model, NoiseMode.WebUiCpu, "euler");
        Assert.Contains("cannot hand a picture over", Refusal(settings with { Refiner = new RefinerHandOver(other) }), StringComparison.Ordinal);
        Assert.Contains("is the model itself", Refusal(settings with { Refiner = new RefinerHandOver(model) }), StringComparison.Ordinal);

        string Refusal(GenerateSettings asked) => Assert.Throws<PareidoliaException>(() => model.Generate(asked)).Message;
    }

    // The same model but for its UNet.
    private static StableDiffusionPipeline Refiner(TemporaryFolder folder)
    {
        TinyModel.CopyTo(folder);
        TinyModel.WithChannels(folder, 4, seed: 77);
        return StableDiffusionPipeline.Load(folder.Path);
    }

    private static byte[] Pixels(StableDiffusionPipeline pipeline, GenerateSettings settings) => pipeline.Generate(settings)[0].Pixels;

    private static Tensor[] Steps(StableDiffusionPipeline pipeline, GenerateSettings settings)
    {
        PictureRequest[] batch = [.. settings.Pictures()];
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        List<Tensor> samples = [];
        foreach (DenoiseStep step in pipeline.Denoise(conditioning, start, settings, noise))
            samples.Add(step.Take());
        return [.. samples];
    }

    private static GenerateSettings Settings(StableDiffusionPipeline pipeline, NoiseMode mode, string sampler) => pipeline.Defaults with
    {
        Prompt = "a red apple",
        Seed = 5,
        Steps = sampler == "euler" ? 3 : 6,
        Width = 32,
        Height = 32,
        Noise = new NoiseSettings { Mode = mode },
        Sampler = SamplerChoice.Parse(sampler),
    };
}
