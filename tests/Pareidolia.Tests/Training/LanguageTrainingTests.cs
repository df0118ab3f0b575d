using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;
using Pareidolia.Training;
using Pareidolia.Training.Data;

namespace Pareidolia.Tests.Training;

/// <summary>Language models are trained, paused and gone on with as all others. Counts buffers of the whole process, so it runs alone.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class LanguageTrainingTests
{
    public static TheoryData<string> Kinds => [.. TinyText.Recipes.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_run_that_was_paused_ends_in_the_same_bytes(string kind)
    {
        using TemporaryFolder folder = new();
        string recipe = TinyText.Write(folder, kind);
        long before = TensorMemory.LiveBuffers;
        Run(folder, kind, recipe, "whole", int.MaxValue);
        Run(folder, kind, recipe, "parts", 3);
        Run(folder, kind, recipe, "parts", 4);
        Run(folder, kind, recipe, "parts", int.MaxValue);
        Assert.Equal(Model(folder, "whole"), Model(folder, "parts"));
        Assert.Equal(before, TensorMemory.LiveBuffers);
        Assert.True(new FileInfo(Path.Combine(folder["whole"], "sample-000012.txt")).Length > 0, "a run shows a text at its end");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_loss_falls(string kind)
    {
        using TemporaryFolder folder = new();
        string recipe = TinyText.Write(folder, kind, TinyText.Recipes[kind].Replace("\"steps\": 12", "\"steps\": 250", StringComparison.Ordinal));
        List<TrainingProgress> progress = Run(folder, kind, recipe, "run", int.MaxValue);
        Assert.Equal(250, progress.Count);
        double first = progress.Take(5).Average(row => row.Loss), last = progress.TakeLast(5).Average(row => row.Loss);
        // In so few steps BERT learns how often pieces occur, and not yet to look at the others.
        double share = kind == "bert" ? 0.8 : 0.7;
        Assert.True(last < share * first, $"{kind}: the loss went from {first:F3} to {last:F3} only");
    }

    [Theory]
    [InlineData("gpt", "\"vocab_size\": 300", "\"vocab_size\": 200", "at least 257 tokens")]
    [InlineData("gpt", "\"vocab_size\": 300", "\"vocab_size\": 4000", "set the recipe's vocab_size to that instead of 4000")]
    [InlineData("gpt", "\"window\": 16", "\"window\": 17", "window is 17; 1 to the model's 16")]
    [InlineData("bert", "\"vocab_size\": 90", "\"vocab_size\": 20", "has no room for the")]
    [InlineData("bert", "\"window\": 16", "\"window\": 1", "window is 1; 2 to the model's 16")]
    [InlineData("words", "\"vocab_size\": 28", "\"vocab_size\": 3", "more than the 4 special words")]
    [InlineData("words", "\"kernel_size\": 3", "\"kernel_size\": 4", "an odd number is needed")]
    [InlineData("words", "\"start\": \"counts\"", "\"start\": \"luck\"", "\"start\" is \"luck\", which is not supported; one of random, counts is")]
    [InlineData("words", "train.txt", "none.txt", "no file that matches 'none.txt'")]
    [InlineData("words", "\"window\": 8", "\"window\": 8000", "at least two windows")]
    [InlineData("t5", "\"vocab_size\": 200", "\"vocab_size\": 150", "at least 200 are needed")]
    [InlineData("t5", "\"window\": 16", "\"window\": 4", "at least 8 tokens")]
    public void A_recipe_that_cannot_be_is_a_sentence(string kind, string good, string bad, string message)
    {
        using TemporaryFolder folder = new();
        string recipe = TinyText.Write(folder, kind, TinyText.Recipes[kind].Replace(good, bad, StringComparison.Ordinal));
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => Run(folder, kind, recipe, "run", 1));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    internal static List<TrainingProgress> Run(TemporaryFolder folder, string kind, string recipe, string run, int reports)
    {
        using Trainer trainer = Make(kind, Recipe.Load(recipe), DataRoot.Resolve(folder.Path));
        return PausedRun.Of(trainer, folder[run], reports);
    }

    private static Trainer Make(string kind, Recipe recipe, DataRoot root) => kind switch
    {
        "words" => new WordsTrainer(recipe, root),
        "bert" => new BertTrainer(recipe, root),
        "gpt" => new GptTrainer(recipe, root),
        _ => new T5Trainer(recipe, root),
    };

    private static byte[] Model(TemporaryFolder folder, string run) => File.ReadAllBytes(Path.Combine(folder[run], "model", "model.safetensors"));
}
