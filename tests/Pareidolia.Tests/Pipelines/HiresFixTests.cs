using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>The second pass at a larger size, against the web UI's rules and against a run that is written out.</summary>
public sealed class HiresFixTests
{
    [Theory]
    [InlineData(512, 512, 1024, 768, 128, 128, 0, 32)]
    [InlineData(512, 768, 0, 1152, 96, 144, 0, 0)]
    [InlineData(512, 768, 1000, 0, 125, 187, 0, 0)]
    [InlineData(768, 512, 1024, 1024, 192, 128, 64, 0)]
    public void A_size_is_covered_and_cut_as_in_the_web_UI(
        int width, int height, int wide, int high, int columns, int rows, int cutColumns, int cutRows) => Assert.Equal(
            new HiresSize(columns, rows, cutColumns, cutRows), new HiresFix { Size = (wide, high) }.SizeFrom(width, height, 8));

    [Fact]
    public void A_scale_is_rounded_down_to_cells() =>
        Assert.Equal(new HiresSize(97, 96, 0, 0), new HiresFix { Scale = 1.5 }.SizeFrom(520, 512, 8));

    [Theory]
    [InlineData(NoiseMode.WebUiCpu, "euler")]
    [InlineData(NoiseMode.WebUiCpu, "dpmpp_2m")]
    [InlineData(NoiseMode.ComfyUi, "euler")]
    [InlineData(NoiseMode.Diffusers, "ddim")]
    public void Both_passes_are_what_they_are_written_out(NoiseMode mode, string sampler)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        using WrittenOut network = new(TinyModel.Lively);
        pipeline.Exact = true;
        HiresFix hires = new() { Scale = 1.5, Steps = 4, Strength = 0.6, Prompt = "a blue bird", Negative = "a cat" };
        GenerateSettings settings = Settings(pipeline, mode, sampler) with { Hires = hires };
        using Scope scope = new();
        Tensor small = WrittenOut.Run(pipeline, settings with { Hires = null });
        // 4 x 4 cells to 6 x 6; the noise is the seed's first at the new size; 4 steps of a schedule of 6.
        Tensor known = Bilinear(small, 6, 6), noise = WrittenOut.Noise(5, 6, 6);
        SamplingPlan plan = WrittenOut.Plan(TinyModel.Lively, settings, 6).Last(4);
        using Conditioning text = pipeline.Encode([new PictureRequest("a blue bird", "a cat", 5)], settings with { Hires = null });
        Tensor expected = plan.Run(
            (x, t) => new GuidedOutput(network.Guided(x, t, text, settings.Guidance), x), plan.Start(known, noise), (_, _) => noise).Finish();
        WrittenOut.Same(expected, WrittenOut.Run(pipeline, settings));
    }

    [Fact]
    public void Steps_are_counted_through_both_passes()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = Settings(pipeline, NoiseMode.WebUiCpu, "euler") with { Hires = new HiresFix { Steps = 2 } };
        PictureRequest[] batch = [.. settings.Pictures()];
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        List<(int, int, int)> seen = [];
        foreach (DenoiseStep step in pipeline.Denoise(conditioning, start, settings, noise))
            seen.Add((step.Index, step.Count, step.Sample.Shape[1]));
        Assert.Equal([(0, 5, 4), (1, 5, 4), (2, 5, 4), (3, 5, 8), (4, 5, 8)], seen.ToArray());
        Assert.Equal(5, pipeline.StepsOf(settings));
    }

    [Fact]
    public void In_stages_it_is_the_same_picture()
    {
        using StableDiffusionPipeline whole = StableDiffusionPipeline.Load(TinyModel.Lively);
        using StableDiffusionPipeline staged = StableDiffusionPipeline.Load(new ModelFolder(TinyModel.Lively) { Holding = new WeightHolding(Staged: true) });
        HiresFix hires = new() { Upscaler = "Lanczos" };
        Assert.Equal(Pixels(whole), Pixels(staged));

        byte[] Pixels(StableDiffusionPipeline pipeline) =>
            pipeline.Generate(Settings(pipeline, NoiseMode.WebUiCpu, "euler") with { Hires = hires })[0].Pixels;
    }

    [Fact]
    public void A_forecast_is_that_of_the_larger_pass()
    {
        GenerateSettings settings = new GenerateSettings { Steps = 20, Width = 512, Height = 384, Hires = new HiresFix { Scale = 2, Steps = 10 } };
        GenerateSettings forecast = RunForecast.Of(new RandomModel("random:tiny"), settings, 1)!.Settings;
        Assert.Equal((1024, 768, 10 + 5), (forecast.Width, forecast.Height, forecast.Steps));
    }

    [Fact]
    public void Every_upscaler_gives_the_size_and_most_give_a_picture_of_their_own()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        HashSet<string> pictures = [];
        foreach (string upscaler in HiresFix.Upscalers)
        {
            HiresFix hires = new() { Size = (56, 40), Upscaler = upscaler, Strength = 0.3 };
            Image made = pipeline.Generate(Settings(pipeline, NoiseMode.WebUiCpu, "euler") with { Hires = hires })[0];
            Assert.Equal((56, 40), (made.Width, made.Height));
            pictures.Add(Convert.ToHexString(made.Pixels));
        }
        // Enlarging needs no antialiasing (but of the cubic, whose curve differs), and None is Lanczos where 8 divides the sides.
        Assert.InRange(pictures.Count, 6, 9);
    }

    [Fact]
    public void A_network_enlarges_the_picture_between_the_passes()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        using PictureUpscaler network = PictureUpscaler.Load(Path.Combine(TinyModel.Lively, "upscaler"));
        HiresFix hires = new() { Network = network };
        Image made = pipeline.Generate(Settings(pipeline, NoiseMode.WebUiCpu, "euler") with { Hires = hires })[0];
        Assert.Equal((64, 64), (made.Width, made.Height));
        Assert.Contains("Hires upscaler: upscaler", made.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Fact]
    public void Latents_are_resized_as_their_modes_say()
    {
        using Scope scope = new();
        Tensor row = Tensor.From([0f, 1, 2, 3], [1, 1, 4, 1]);
        Assert.Equal([0, 0, 1, 2, 2, 3], Resized("Latent (nearest)", 6));
        Assert.Equal([0, 1, 1, 2, 3, 3], Resized("Latent (nearest-exact)", 6));
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3], Resized("Latent (nearest-exact)", 8));
        Assert.Equal((float[])[0, 0.5f, 1.1666666f, 1.8333333f, 2.5f, 3], Resized("latent", 6), (a, b) => Math.Abs(a - b) < 1e-6f);

        float[] Resized(string name, int columns) =>
            HiresUpscaling.Latents(row, HiresUpscaling.Named(name), new HiresSize(columns, 1, 0, 0)).ToArray();
    }

    [Fact]
    public void The_picture_says_so_in_the_web_UIs_words()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        HiresFix hires = new()
        {
            Scale = 2, Steps = 3, Strength = 0.5, Upscaler = "latent (Nearest)", Prompt = "a cat", Negative = "a dog",
            Sampler = SamplerChoice.Parse("DPM++ 2M SGM Uniform"),
        };
        GenerateSettings settings = Settings(pipeline, NoiseMode.WebUiCpu, "euler") with { Hires = hires };
        Infotext infotext = Infotext.Parse(pipeline.Generate(settings)[0].Texts[Infotext.Key]);
        string[] expected =
        [
            "Size=32x32", "Denoising strength=0.5", "Hires upscale=2", "Hires steps=3", "Hires upscaler=Latent (nearest)", "Hires sampler=DPM++ 2M",
            "Hires schedule type=SGM Uniform", "Hires prompt=a cat", "Hires negative prompt=a dog",
        ];
        Assert.Superset(expected.ToHashSet(), infotext.Fields.Select(field => $"{field.Key}={field.Value}").ToHashSet());
    }

    [Fact]
    public void What_makes_no_sense_is_refused_in_a_sentence()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = Settings(pipeline, NoiseMode.WebUiCpu, "euler");
        Refused("follows a run from text", settings with { Source = new SourcePicture(new Image(8, 8)), Hires = new HiresFix() });
        Refused("The upscaler \"ESRGAN\" is not known; there are Latent,", settings with { Hires = new HiresFix { Upscaler = "ESRGAN" } });
        Refused("The scale of the second pass is 1;", settings with { Hires = new HiresFix { Scale = 1 } });
        Refused("Strength of the second pass is 0", settings with { Noise = new NoiseSettings(), Hires = new HiresFix { Strength = 0 } });

        void Refused(string sentence, GenerateSettings asked) => Assert.Contains(
            sentence, Assert.Throws<PareidoliaException>(() => pipeline.Generate(asked)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_strength_of_0_takes_one_step_where_steps_are_counted_as_in_the_web_ui()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = Settings(pipeline, NoiseMode.WebUiCpu, "euler");
        Assert.Equal(settings.Steps + 1, pipeline.StepsOf(settings with { Hires = new HiresFix { Strength = 0 } }));
        Assert.Equal(1, pipeline.StepsOf(settings with { Source = new SourcePicture(new Image(8, 8)) { Strength = 0 } }));
    }

    private static GenerateSettings Settings(StableDiffusionPipeline pipeline, NoiseMode mode, string sampler) => pipeline.Defaults with
    {
        Prompt = "a red apple",
        Seed = 5,
        Steps = 3,
        Noise = new NoiseSettings { Mode = mode },
        Sampler = SamplerChoice.Parse(sampler),
    };

    // Straight lines between the middles of cells, in loops.
    private static Tensor Bilinear(Tensor small, int rows, int columns)
    {
        float[] values = small.ToArray(), large = new float[rows * columns * 4];
        (int h, int w) = (small.Shape[1], small.Shape[2]);
        for (int i = 0; i < large.Length; i++)
        {
            double y = Math.Max(0, (((i / 4 / columns) + 0.5) * h / rows) - 0.5), x = Math.Max(0, (((i / 4 % columns) + 0.5) * w / columns) - 0.5);
            (int top, int left) = ((int)y, (int)x);
            double At(int row, int column) => values[(((Math.Min(row, h - 1) * w) + Math.Min(column, w - 1)) * 4) + (i % 4)];
            double above = ((1 - (x - left)) * At(top, left)) + ((x - left) * At(top, left + 1));
            double below = ((1 - (x - left)) * At(top + 1, left)) + ((x - left) * At(top + 1, left + 1));
            large[i] = (float)(((1 - (y - top)) * above) + ((y - top) * below));
        }
        return Tensor.From(large, [1, rows, columns, 4]);
    }
}
