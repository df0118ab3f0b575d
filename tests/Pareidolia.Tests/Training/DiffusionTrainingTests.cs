using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;
using Pareidolia.Tests.Training.Data;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Training;

/// <summary>Trainers of diffusion models: resumable to the byte, leak-free, and what they export draws. Counts buffers of the whole process, so it runs alone.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class DiffusionTrainingTests
{
    public static TheoryData<string> Kinds => [.. TinyRuns.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_run_that_was_paused_ends_in_the_same_bytes(string kind)
    {
        using TemporaryFolder folder = new();
        _ = TinyRuns.Recipe(kind);
        long before = TensorMemory.LiveBuffers;
        TinyRuns.Run(folder, kind, "whole");
        TinyRuns.Run(folder, kind, "parts", 1);
        TinyRuns.Run(folder, kind, "parts", 2);
        TinyRuns.Run(folder, kind, "parts");
        Assert.Equal(before, TensorMemory.LiveBuffers);
        Assert.Equal(NetworkBytes(folder["whole"], kind), NetworkBytes(folder["parts"], kind));
    }

    [Fact]
    public void A_model_with_a_CLIP_gets_an_index_of_its_training_pictures_unless_the_recipe_declines()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(8, PictureIndex.Load(TinyRuns.Model(folder, "decoder"))!.Count);
        string recipe = TinyData.Write(folder, TinyRuns.Recipe("decoder").Replace("\"kind\"", "\"index\": false, \"kind\"", StringComparison.Ordinal));
        using DiffusionTrainer trainer = new(Recipe.Load(recipe), DataRoot.Resolve(folder.Path));
        trainer.Export(folder["model"]);
        Assert.Null(PictureIndex.Load(folder["model"]));
    }

    [Theory]
    [InlineData("pixels")]
    [InlineData("latents")]
    [InlineData("superresolution")]
    [InlineData("prior")]
    public void The_loss_is_told_for_each_band_of_noise_and_drawn(string kind)
    {
        using TemporaryFolder folder = new();
        string run = TinyRuns.Run(folder, kind, "run");
        string[] keys = [.. File.ReadLines(Path.Combine(run, "metrics.jsonl")).SelectMany(Keys).Distinct()];
        // Four pictures a step in four quarters of the schedule, five steps: not every tenth need be met.
        Assert.InRange(keys.Count(key => key.StartsWith("loss_noise_", StringComparison.Ordinal)), 4, 10);
        Assert.Contains("validation_loss", keys);
        Assert.Contains(keys, key => key.StartsWith("validation_loss_noise_", StringComparison.Ordinal));
        Assert.Contains("held-out pictures", File.ReadAllText(Path.Combine(run, "loss-by-noise.svg")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pixels", 16)]
    [InlineData("pixels, noise", 16)]
    [InlineData("pixels, t5", 16)]
    [InlineData("latents", 32)]
    [InlineData("decoder", 16)]
    [InlineData("superresolution", 32)]
    [InlineData("prior", 16)]
    [InlineData("prior, autoregressive", 16)]
    public void What_was_trained_draws_the_same_picture_for_the_same_seed(string kind, int side)
    {
        using TemporaryFolder folder = new();
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyRuns.Model(folder, kind));
        Image first = pipeline.Generate("a red disc", 3), again = pipeline.Generate("a red disc", 3), other = pipeline.Generate("a red disc", 4);
        Assert.Equal((side, side), (first.Width, first.Height));
        Assert.Equal(first.Pixels, again.Pixels);
        Assert.NotEqual(first.Pixels, other.Pixels);
    }

    [Fact]
    public void A_pixel_model_draws_by_every_way_that_a_latent_one_does()
    {
        using TemporaryFolder folder = new();
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyRuns.Model(folder, "pixels"));
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a red disc", Sampler = SamplerChoice.Parse("dpmpp-2m-karras"), Seed = 2 };
        Image drawn = pipeline.Generate(settings)[0];
        Image changed = pipeline.Generate(settings with { Source = new SourcePicture(drawn) { Strength = 0.5 } })[0];
        Assert.Equal((16, 16), (changed.Width, changed.Height));
        Assert.NotEqual(drawn.Pixels, changed.Pixels);
        Assert.NotNull(MemoryForecast.Of(ModelSource.Open(folder["whole/model"]), 16, 16));
    }

    [Fact]
    public void A_t5_reads_as_much_of_a_prompt_as_in_training()
    {
        using TemporaryFolder folder = new();
        string model = TinyRuns.Model(folder, "pixels, t5");
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(model);
        // Twelve with the end; a T5 has no start.
        Assert.Equal(11, pipeline.PromptTokens);
        float[] Read(string prompt)
        {
            using Pareidolia.Pipelines.Conditioning said = pipeline.Encode([new PictureRequest(prompt, "", 0)], pipeline.Defaults);
            return said.At(1)[0].Context.ToArray();
        }

        Assert.NotEqual(Read("aaaaaaaaab"), Read("aaaaaaaaac"));
        Assert.Equal(Read("aaaaaaaaaab"), Read("aaaaaaaaaac"));
        Assert.NotEqual(Read("ab"), Read("ac"));
        Assert.Equal("T5EncoderModel", ModelSource.Open(model).Component("text_encoder").ClassName);
    }

    [Fact]
    public void Grey_digits_are_drawn_as_pictures_and_judged_by_a_classifier()
    {
        using TemporaryFolder folder = new();
        TinyDigits.Write(folder, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        using (Pretrained<PictureClassifier> judge = PictureClassifier.Initialise(new PictureClassifierConfig { BlockOutChannels = [8], FeatureDim = 6 }, 1))
            judge.Model.Save(folder["judge"], judge.Weights);
        File.WriteAllText(folder["recipe.json"], TinyRuns.Digits(folder["judge"]));
        using (DiffusionTrainer trainer = new(Recipe.Load(folder["recipe.json"]), DataRoot.Resolve(folder.Path)))
        using (TrainingLoop loop = new(trainer, folder["run"]))
            Assert.Equal(5, loop.Run().Count());
        Dictionary<string, double> last = Numbers(File.ReadLines(folder["run/metrics.jsonl"]).Last());
        Assert.InRange(last["class_accuracy"], 0, 1);
        Assert.True(last["frechet_distance"] > 0 && last["diversity"] > 0 && last["diversity_of_data"] > 0);
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder["run/model"]);
        Image drawn = pipeline.Generate("a handwritten seven", 3);
        Assert.Equal((32, 32, 3), (drawn.Width, drawn.Height, drawn.Channels));
        Assert.All(drawn.Pixels.Chunk(3), pixel => Assert.True(pixel[0] == pixel[1] && pixel[1] == pixel[2], "a pixel of a grey model has a colour"));
    }

    [Fact]
    public void A_cascade_counts_the_steps_of_all_stages_and_shows_them_in_the_last_ones_size()
    {
        using TemporaryFolder folder = new();
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyRuns.Model(folder, "superresolution"));
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a red disc" };
        Assert.Equal((2, 5), (pipeline.Factor, pipeline.StepsOf(settings)));
        PictureRequest[] batch = [.. settings.Pictures()];
        using Pareidolia.Pipelines.Conditioning conditioning = pipeline.Encode(batch, settings);
        Pareidolia.Diffusion.Randomness.PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        (int, int, int)[] steps = [.. pipeline.Denoise(conditioning, start, settings, noise).Select(step => (step.Index, step.Count, step.Sample.Shape[1]))];
        Assert.Equal([(0, 5, 32), (1, 5, 32), (2, 5, 32), (3, 5, 32), (4, 5, 32)], steps);
    }

    [Fact]
    public void An_upscaler_of_drawn_pictures_is_measured_and_loads_as_one()
    {
        using TemporaryFolder folder = new();
        string run = TinyRuns.Run(folder, "drawn upscaler", "run");
        Dictionary<string, double> last = Numbers(File.ReadLines(Path.Combine(run, "metrics.jsonl")).Last());
        Assert.All(["validation_l1", "redrawn_l1", "validation_sharpness", "bicubic_sharpness"], name => Assert.True(last[name] > 0, name));
        using Pretrained<PixelShuffleUpscaler> upscaler = PixelShuffleUpscaler.Load(Path.Combine(run, "model"));
        using Scope scope = new();
        Assert.Equal([1, 14, 10, 3], upscaler.Model.Forward(Tensor.Zeros([1, 7, 5, 3])).Shape);
    }

    [Fact]
    public void UnCLIP_varies_a_picture_and_goes_from_one_to_another()
    {
        using TemporaryFolder folder = new();
        long before = TensorMemory.LiveBuffers;
        using (StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyRuns.Model(folder, "prior")))
        {
            PictureVariations variations = new(pipeline);
            Image red = new(16, 16, 3), blue = new(16, 16, 3);
            for (int i = 0; i < red.Pixels.Length; i += 3)
                (red.Pixels[i], blue.Pixels[i + 2]) = (255, 255);
            GenerateSettings settings = pipeline.Defaults with { Seed = 5, Count = 3 };
            IReadOnlyList<Image> varied = variations.Of(red, settings);
            Assert.Equal(3, varied.Select(image => Convert.ToBase64String(image.Pixels)).Distinct().Count());
            IReadOnlyList<Image> between = variations.Between(red, blue, settings);
            Assert.Equal(varied[0].Pixels, between[0].Pixels);
            Assert.Equal(variations.Of(blue, settings with { Count = 1 })[0].Pixels, between[2].Pixels);
            Assert.Contains("at least 2", Assert.Throws<PareidoliaException>(() => variations.Between(red, blue, settings with { Count = 1 })).Message, StringComparison.Ordinal);
        }
        Assert.Equal(before, TensorMemory.LiveBuffers);
    }

    [Theory]
    [InlineData("pixels", "\"in_channels\": 3", "\"in_channels\": 4", "reads 4 channels")]
    [InlineData("pixels", "\"kind\": \"diffusion\",", "\"kind\": \"diffusion\", \"condition\": \"smell\",", "condition \"smell\"")]
    [InlineData("pixels", "\"kind\": \"diffusion\",", "\"kind\": \"diffusion\", \"condition\": \"picture\",", "\"clip\"")]
    [InlineData("pixels", "v_prediction", "flow_prediction", "flow_prediction")]
    [InlineData("decoder", "\"size\": 16 },", "\"size\": 8 },", "CLIP reads RGB pictures of 16 pixels")]
    [InlineData("superresolution", "\"base\"", "\"bass\"", "\"base\"")]
    [InlineData("superresolution", "\"size\": 32, \"crop\"", "\"size\": 24, \"crop\"", "a multiple of 16")]
    [InlineData("superresolution", "\"crop\": 16", "\"crop\": 15", "crop 15")]
    [InlineData("superresolution", "\"class_embed_type\": \"timestep\",", "", "class_embed_type")]
    [InlineData("drawn upscaler", "\"model\": \"", "\"mode\": \"", "\"model\"")]
    [InlineData("drawn upscaler", "\"size\": 32", "\"size\": 33", "size 33")]
    [InlineData("drawn upscaler", "\"crop\": 12", "\"crop\": 17", "crop 17")]
    [InlineData("prior", "\"embedding_dim\": 16", "\"embedding_dim\": 32", "embedding_dim 32")]
    [InlineData("prior, autoregressive", "\"code_levels\": 8", "\"code_levels\": 1", "code_levels 1")]
    public void A_recipe_that_does_not_fit_is_refused_by_name(string kind, string right, string wrong, string named)
    {
        using TemporaryFolder folder = new();
        string text = TinyRuns.Recipe(kind);
        Assert.Contains(right, text, StringComparison.Ordinal);
        string recipe = TinyData.Write(folder, text.Replace(right, wrong, StringComparison.Ordinal));
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => TinyRuns.Trainer(kind, Recipe.Load(recipe), DataRoot.Resolve(folder.Path)));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Keys(string line)
    {
        using JsonDocument row = JsonDocument.Parse(line);
        return [.. row.RootElement.EnumerateObject().Select(member => member.Name)];
    }

    private static Dictionary<string, double> Numbers(string line)
    {
        using JsonDocument row = JsonDocument.Parse(line);
        return row.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetDouble());
    }

    private static byte[] NetworkBytes(string run, string kind) =>
        File.ReadAllBytes(Path.Combine(run, "model", TinyRuns.Network(kind), "diffusion_pytorch_model.safetensors"));
}
