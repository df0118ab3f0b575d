using Pareidolia.Adapters;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Text.Prompts;
using Pareidolia.Training;
using Pareidolia.Training.FineTuning;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Training.FineTuning;

/// <summary>Fine-tuning on the tiny Stable Diffusion of the golden cases: what is written loads back, and says what was trained.</summary>
public sealed class FineTuneTests
{
    private const string KohyaFile = "lora.safetensors";
    private const string PeftFile = "pytorch_lora_weights.safetensors";
    private const string Attention = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k";
    private const string TextAttention = "text_model.encoder.layers.0.self_attn.v_proj";

    [Fact]
    public void A_LoRA_loads_back_under_both_names_as_the_matrices_that_were_trained()
    {
        using TemporaryFolder folder = new();
        double[] losses = Train(folder, """ "method": "lora", "rank": 4, "alpha": 8, "caption_dropout": 0 """, 1e-2, steps: 40, out IReadOnlyDictionary<string, float[]> trained);
        Assert.True(losses[^10..].Average() < losses[..10].Average(), $"{losses[..10].Average()} became {losses[^10..].Average()}");
        AssertLoadsBack(folder);
        string file = Path.Combine(folder["run"], "model", KohyaFile);
        using Pretrained<UNet2DConditionModel> plain = LoadUNet(), merged = LoadUNet();
        Apply(file, merged.Weights, []);
        AssertMerged(plain.Weights, merged.Weights, Attention, trained, Attention);
    }

    [Fact]
    public void A_LoRA_of_the_text_encoder_too_loads_back_under_both_names_as_the_matrices_that_were_trained()
    {
        using TemporaryFolder folder = new();
        double[] losses = Train(
            folder, """ "method": "lora", "rank": 4, "alpha": 8, "caption_dropout": 0, "train_text_encoder": true """, 1e-2, steps: 40, out IReadOnlyDictionary<string, float[]> trained);
        Assert.True(losses[^10..].Average() < losses[..10].Average(), $"{losses[..10].Average()} became {losses[^10..].Average()}");
        AssertLoadsBack(folder);
        string file = Path.Combine(folder["run"], "model", KohyaFile);
        using Pretrained<UNet2DConditionModel> unet = LoadUNet();
        using Pretrained<ClipTextModel> plain = LoadText(), merged = LoadText();
        Apply(file, unet.Weights, [merged.Weights]);
        AssertMerged(plain.Weights, merged.Weights, TextAttention, trained, $"text_encoder.{TextAttention}");
        using StoredWeights kohya = StoredWeights.Open(file), peft = StoredWeights.Open(Path.Combine(folder["run"], "model", PeftFile));
        Assert.Equal([32, 4], kohya.Entry("lora_te_text_model_encoder_layers_0_self_attn_v_proj.lora_up.weight").Shape);
        Assert.Equal([32, 4], peft.Entry($"text_encoder.{TextAttention}.lora_B.weight").Shape);
    }

    [Fact]
    public void What_a_text_encoder_learned_changes_the_picture_by_itself()
    {
        using TemporaryFolder folder = new();
        _ = Train(folder, """ "method": "lora", "rank": 4, "caption_dropout": 0, "train_text_encoder": true """, 1e-2, steps: 20, out _);
        LoraChoice lora = new(Path.Combine(folder["run"], "model", KohyaFile));
        Assert.NotEqual(Drawn(lora), Drawn(lora with { TextWeight = 0 }));
    }

    [Fact]
    public void A_new_word_is_learned_and_prompts_can_say_it()
    {
        using TemporaryFolder folder = new();
        double[] losses = Train(
            folder, """ "method": "textual-inversion", "word": "sqr", "initial_word": "cat", "vectors": 2 """, 5e-2, steps: 40, out _, caption: "a photo of a sqr");
        Assert.True(losses[^10..].Average() < losses[..10].Average(), $"{losses[..10].Average()} became {losses[^10..].Average()}");
        using StableDiffusionPipeline words = StableDiffusionPipeline.Load(
            ModelSource.Open(TinyFineTuning.Base), adapters: new AdapterChoice { Embeddings = Path.Combine(folder["run"], "model") });
        GenerateSettings settings = words.Defaults with { Prompt = "a photo of a sqr", Steps = 3, Width = 64, Height = 64, Seed = 1, Dialect = PromptDialect.A1111 };
        using StableDiffusionPipeline plain = StableDiffusionPipeline.Load(TinyFineTuning.Base);
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
        using StableDiffusionPipeline plain = StableDiffusionPipeline.Load(TinyFineTuning.Base);
        GenerateSettings settings = plain.Defaults with { Prompt = "a red square", Steps = 3, Width = 64, Height = 64, Seed = 1, Dialect = PromptDialect.Plain };
        Assert.NotEqual(plain.Generate(settings)[0].Pixels, tuned.Generate(settings)[0].Pixels);
    }

    [Theory]
    [InlineData(""" "method": "lora", "train_text_encoder": true, "gradient_checkpointing": true """)]
    [InlineData(""" "method": "full" """)]
    public void The_shipped_model_learns(string method)
    {
        using TemporaryFolder folder = new();
        string shipped = Path.Combine(RepositoryRoot.Path, "models", "emoji");
        using (FineTuneTrainer trainer = TinyFineTuning.Trainer(folder, method, steps: 3, model: shipped))
        using (TrainingLoop loop = new(trainer, folder["run"]))
            Assert.All(loop.Run(), progress => Assert.True(double.IsFinite(progress.Loss)));
        using StableDiffusionPipeline plain = StableDiffusionPipeline.Load(shipped), tuned = Tuned(shipped, folder["run/model"]);
        Assert.Empty(tuned.Notes);
        GenerateSettings settings = plain.Defaults with { Prompt = "a red square", Steps = 2, Seed = 1 };
        Assert.NotEqual(plain.Generate(settings)[0].Pixels, tuned.Generate(settings)[0].Pixels);
    }

    [Theory]
    [InlineData(""" "method": "magic" """, "magic")]
    [InlineData(""" "method": "lora", "rank": 0 """, "rank")]
    [InlineData(""" "method": "lora", "targets": ["nothing"] """, "nothing")]
    [InlineData(""" "method": "lora", "train_text_encoder": true, "text_targets": ["nothing"] """, "nothing")]
    [InlineData(""" "method": "full", "train_text_encoder": true """, "train_text_encoder")]
    [InlineData(""" "method": "textual-inversion", "word": "sqr", "initial_word": "" """, "initial_word")]
    [InlineData(""" "method": "textual-inversion", "word": "sqr", "initial_word": "cat", "vectors": 500 """, "vectors")]
    [InlineData(""" "method": "textual-inversion", "word": "sqr", "initial_word": "cat" """, "none of the 4 pictures has in its captions")]
    public void What_makes_no_sense_is_one_sentence(string method, string named)
    {
        using TemporaryFolder folder = new();
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => Train(folder, method, 1e-3, steps: 1, out _));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("decoder", "unCLIP's family")]
    [InlineData("pixels, t5", "reads texts by a T5")]
    public void A_model_of_another_family_is_one_sentence(string kind, string named)
    {
        using TemporaryFolder folder = new(), run = new();
        string model = TinyRuns.Model(run, kind);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => TinyFineTuning.Trainer(folder, """ "method": "lora" """, size: 16, model: model));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "method": "lora" """)]
    [InlineData(""" "method": "full" """)]
    public void A_model_that_draws_pixels_learns(string method)
    {
        using TemporaryFolder folder = new(), run = new();
        string model = TinyRuns.Model(run, "pixels");
        using (FineTuneTrainer trainer = TinyFineTuning.Trainer(folder, method, rate: 1e-2, steps: 5, size: 16, model: model))
        using (TrainingLoop loop = new(trainer, folder["run"]))
            Assert.All(loop.Run(), progress => Assert.True(double.IsFinite(progress.Loss)));
        using StableDiffusionPipeline plain = StableDiffusionPipeline.Load(model), tuned = Tuned(model, folder["run/model"]);
        GenerateSettings settings = plain.Defaults with { Prompt = "a red square", Seed = 1 };
        Assert.NotEqual(plain.Generate(settings)[0].Pixels, tuned.Generate(settings)[0].Pixels);
    }

    // With the LoRA that was written, or the whole model.
    private static StableDiffusionPipeline Tuned(string model, string written) => Path.Combine(written, KohyaFile) is string lora && File.Exists(lora)
        ? StableDiffusionPipeline.Load(ModelSource.Open(model), adapters: new AdapterChoice { Loras = [new LoraChoice(lora)] })
        : StableDiffusionPipeline.Load(written);

    private static double[] Train(TemporaryFolder folder, string method, double rate, int steps, out IReadOnlyDictionary<string, float[]> trained,
        string caption = "a red square", bool prior = false)
    {
        using FineTuneTrainer trainer = TinyFineTuning.Trainer(folder, method, rate, steps, caption, prior);
        using TrainingLoop loop = new(trainer, folder["run"]);
        double[] losses = [.. loop.Run().Select(progress => progress.Loss)];
        trained = trainer.Weights.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Tensor.ToArray());
        return losses;
    }

    // Both files change the picture, and alike.
    private static void AssertLoadsBack(TemporaryFolder folder)
    {
        byte[] before = Drawn(null);
        byte[][] after = [.. new[] { KohyaFile, PeftFile }.Select(file => Drawn(new LoraChoice(Path.Combine(folder["run"], "model", file))))];
        Assert.NotEqual(before, after[0]);
        Assert.InRange(after[0].Zip(after[1], (a, b) => Math.Abs(a - b)).Max(), 0, 1);
    }

    private static byte[] Drawn(LoraChoice? lora)
    {
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(
            ModelSource.Open(TinyFineTuning.Base), adapters: new AdapterChoice { Loras = lora is null ? [] : [lora] });
        Assert.Empty(model.Notes);
        return model.Generate(model.Defaults with { Prompt = "a red square", Steps = 3, Width = 64, Height = 64, Seed = 1, Dialect = PromptDialect.Plain })[0].Pixels;
    }

    private static Pretrained<UNet2DConditionModel> LoadUNet() => UNet2DConditionModel.Load(Path.Combine(TinyFineTuning.Base, "unet"));

    private static Pretrained<ClipTextModel> LoadText() => ClipTextModel.Load(Path.Combine(TinyFineTuning.Base, "text_encoder"));

    private static void Apply(string file, WeightStore unet, WeightStore[] text)
    {
        using LoraFile lora = LoraFile.Open(file);
        Assert.Null(lora.ApplyTo(new LoraNames(unet, text), new LoraChoice(file)));
    }

    // What the adapters' own code adds is alpha / rank B A of the factors that were trained.
    private static void AssertMerged(WeightStore plain, WeightStore merged, string layer, IReadOnlyDictionary<string, float[]> trained, string factors)
    {
        Tensor before = Find(plain), after = Find(merged);
        using Scope scope = new();
        Tensor down = Tensor.From(trained[$"{factors}.lora_A.weight"], [4, before.Shape[1]]), up = Tensor.From(trained[$"{factors}.lora_B.weight"], [before.Shape[0], 4]);
        Assert.Contains(trained[$"{factors}.lora_B.weight"], value => value != 0);
        float[] expected = (before + up.MatMul(down).Scale(2)).ToArray();
        Assert.All(after.ToArray().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6));

        Tensor Find(WeightStore store) => store.Parameters.Single(parameter => parameter.Name == $"{layer}.weight").Tensor;
    }
}
