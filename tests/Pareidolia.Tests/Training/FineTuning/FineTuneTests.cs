using Pareidolia.Adapters;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Text.Prompts;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Training.FineTuning;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Training.FineTuning;

/// <summary>Fine-tuning on the tiny Stable Diffusion of the golden cases: what is written loads back, and says what was trained.</summary>
public sealed class FineTuneTests
{
    private static readonly string s_base = Path.Combine(RepositoryRoot.Golden, "sd-tiny", "pipeline");

    [Fact]
    public void A_LoRA_loads_back_under_both_names_as_the_matrices_that_were_trained()
    {
        using TemporaryFolder folder = new();
        double[] losses = Train(folder, """ "method": "lora", "rank": 4, "alpha": 8, "caption_dropout": 0 """, 1e-2, steps: 40, out IReadOnlyDictionary<string, float[]> trained);
        Assert.True(losses[^10..].Average() < losses[..10].Average(), $"{losses[..10].Average()} became {losses[^10..].Average()}");
        using StableDiffusionPipeline plain = StableDiffusionPipeline.Load(s_base);
        GenerateSettings settings = plain.Defaults with { Prompt = "a red square", Steps = 3, Width = 64, Height = 64, Seed = 1, Dialect = PromptDialect.Plain };
        byte[] before = plain.Generate(settings)[0].Pixels;
        byte[][] after = [.. new[] { "lora.safetensors", "pytorch_lora_weights.safetensors" }.Select(file =>
        {
            using StableDiffusionPipeline changed = StableDiffusionPipeline.Load(
                ModelSource.Open(s_base), adapters: new AdapterChoice { Loras = [new LoraChoice(Path.Combine(folder["run"], "model", file))] });
            Assert.Empty(changed.Notes);
            return changed.Generate(settings)[0].Pixels;
        })];
        Assert.NotEqual(before, after[0]);
        Assert.InRange(after[0].Zip(after[1], (a, b) => Math.Abs(a - b)).Max(), 0, 1);
        AssertMerged(Path.Combine(folder["run"], "model", "lora.safetensors"), trained);
    }

    [Fact]
    public void A_new_word_is_learned_and_prompts_can_say_it()
    {
        using TemporaryFolder folder = new();
        double[] losses = Train(
            folder, """ "method": "textual-inversion", "word": "sqr", "initial_word": "cat", "vectors": 2 """, 5e-2, steps: 40, out _, caption: "a photo of a sqr");
        Assert.True(losses[^10..].Average() < losses[..10].Average(), $"{losses[..10].Average()} became {losses[^10..].Average()}");
        using StableDiffusionPipeline words = StableDiffusionPipeline.Load(
            ModelSource.Open(s_base), adapters: new AdapterChoice { Embeddings = Path.Combine(folder["run"], "model") });
        GenerateSettings settings = words.Defaults with { Prompt = "a photo of a sqr", Steps = 3, Width = 64, Height = 64, Seed = 1, Dialect = PromptDialect.A1111 };
        using StableDiffusionPipeline plain = StableDiffusionPipeline.Load(s_base);
        Assert.NotEqual(plain.Generate(settings)[0].Pixels, words.Generate(settings)[0].Pixels);
        using StoredWeights file = StoredWeights.Open(Path.Combine(folder["run"], "model", "sqr.safetensors"));
        Assert.Equal(2, file.Entry("emb_params").Shape[0]);
    }

    [Fact]
    public void The_whole_network_learns_with_a_prior_beside_it_and_is_written_as_a_model()
    {
        using TemporaryFolder folder = new();
        _ = Train(folder, """ "method": "full", "prior_weight": 0.5 """, 1e-3, steps: 4, out _, prior: true);
        string metrics = File.ReadAllText(Path.Combine(folder["run"], "metrics.jsonl"));
        Assert.Contains("prior_loss_noise_", metrics, StringComparison.Ordinal);
        using StableDiffusionPipeline tuned = StableDiffusionPipeline.Load(Path.Combine(folder["run"], "model"));
        using StableDiffusionPipeline plain = StableDiffusionPipeline.Load(s_base);
        GenerateSettings settings = plain.Defaults with { Prompt = "a red square", Steps = 3, Width = 64, Height = 64, Seed = 1, Dialect = PromptDialect.Plain };
        Assert.NotEqual(plain.Generate(settings)[0].Pixels, tuned.Generate(settings)[0].Pixels);
    }

    [Theory]
    [InlineData(""" "method": "magic" """, "magic")]
    [InlineData(""" "method": "lora", "rank": 0 """, "rank")]
    [InlineData(""" "method": "lora", "targets": ["nothing"] """, "nothing")]
    [InlineData(""" "method": "textual-inversion", "word": "sqr", "initial_word": "" """, "initial_word")]
    [InlineData(""" "method": "textual-inversion", "word": "sqr", "initial_word": "cat", "vectors": 500 """, "vectors")]
    public void What_makes_no_sense_is_one_sentence(string method, string named)
    {
        using TemporaryFolder folder = new();
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => Train(folder, method, 1e-3, steps: 1, out _));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
    }

    private static double[] Train(TemporaryFolder folder, string method, double rate, int steps, out IReadOnlyDictionary<string, float[]> trained,
        string caption = "a red square", bool prior = false)
    {
        foreach (string set in (string[])["mine", "class"])
        {
            Directory.CreateDirectory(folder[set]);
            for (int i = 0; i < 4; i++)
            {
                Image image = new(64, 64);
                Array.Fill(image.Pixels, (byte)(set == "mine" ? 250 : 40));
                for (int y = 8 * i; y < (8 * i) + 16; y++)
                    for (int x = 16; x < 40; x++)
                        (image.Pixel(x, y)[0], image.Pixel(x, y)[1], image.Pixel(x, y)[2]) = (220, 20, (byte)(10 * i));
                PngWriter.Write(Path.Combine(folder[set], $"{i}.png"), image);
                File.WriteAllText(Path.Combine(folder[set], $"{i}.txt"), caption);
            }
        }
        string priorPart = prior ? """, "prior": ["class"]""" : "";
        File.WriteAllText(folder["recipe.json"], $$"""
            {"kind": "finetune", "base": {{System.Text.Json.JsonSerializer.Serialize(s_base)}}, {{method}}, "data": {"train": ["mine"]{{priorPart}}, "size": 64},
             "batch": 4, "steps": {{steps}}, "seed": 1, "log_every": 1, "checkpoint_every": 100, "optimizer": {"learning_rate": {{rate.ToString(System.Globalization.CultureInfo.InvariantCulture)}}, "decay": "constant"} }
            """);
        using FineTuneTrainer trainer = new(Recipe.Load(folder["recipe.json"]), DataRoot.Resolve(folder.Path));
        using TrainingLoop loop = new(trainer, folder["run"]);
        double[] losses = [.. loop.Run().Select(progress => progress.Loss)];
        trained = trainer.Weights.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Tensor.ToArray());
        return losses;
    }

    // What the adapters' own code adds is alpha / rank B A of the factors that were trained.
    private static void AssertMerged(string file, IReadOnlyDictionary<string, float[]> trained)
    {
        const string Layer = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k";
        using Pretrained<UNet2DConditionModel> plain = UNet2DConditionModel.Load(Path.Combine(s_base, "unet")), merged = UNet2DConditionModel.Load(Path.Combine(s_base, "unet"));
        using LoraFile lora = LoraFile.Open(file);
        Assert.Null(lora.ApplyTo(new LoraNames(merged.Weights, []), new LoraChoice(file)));
        Tensor before = Find(plain), after = Find(merged);
        using Scope scope = new();
        Tensor down = Tensor.From(trained[$"{Layer}.lora_A.weight"], [4, before.Shape[1]]), up = Tensor.From(trained[$"{Layer}.lora_B.weight"], [before.Shape[0], 4]);
        Assert.Contains(trained[$"{Layer}.lora_B.weight"], value => value != 0);
        float[] expected = (before + up.MatMul(down).Scale(2)).ToArray();
        Assert.All(after.ToArray().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6));

        static Tensor Find(Pretrained<UNet2DConditionModel> unet) => unet.Weights.Parameters.Single(parameter => parameter.Name == $"{Layer}.weight").Tensor;
    }
}
