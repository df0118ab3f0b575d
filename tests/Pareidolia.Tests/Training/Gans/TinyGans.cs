using Pareidolia.Tests.Pipelines;
using Pareidolia.Tests.Training.Data;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Training.Gans;

namespace Pareidolia.Tests.Training.Gans;

/// <summary>Runs of GANs on the tiny set and digits of its own, in seconds.</summary>
internal static class TinyGans
{
    private const string Schedule = """
        "batch": 4, "steps": 6, "seed": 5, "ema": 0.9, "optimizer": { "learning_rate": 0.002, "beta1": 0.5 }, "log_every": 1, "checkpoint_every": 2
        """;

    private static readonly string s_inputs =
        $$"""{ "text_encoder": "{{TinyModel.Folder}}/text_encoder", "tokenizer": "{{TinyModel.Folder}}/tokenizer", "clip": "{{TinyModel.Folder}}/clip" }""";

    public static string Dcgan => $$"""
        { "kind": "gan", "data": { "train": ["tiny.tar"], "validation": ["tiny.tar"], "size": 16 }, "inputs": {{s_inputs}},
          "model": { "latent_dim": 4, "condition_dim": 5, "text_dim": 16, "base_channels": 4, "sample_size": 16, "spectral_norm": true, "projection": true, "minibatch_deviation": true },
          "augment": ["color", "translation", "cutout"], "discriminator_rate": 2, "mode_seeking": 0.1, {{Schedule}} }
        """;

    public static string Stage1 => $$"""
        { "kind": "stackgan", "data": { "train": ["tiny.tar"], "validation": ["tiny.tar"], "size": 16 }, "inputs": {{s_inputs}},
          "model": { "stage": 1, "Z_DIM": 4, "TEXT_DIMENSION": 16, "CONDITION_DIM": 3, "GF_DIM": 2, "DF_DIM": 2, "sample_size": 16 }, {{Schedule}} }
        """;

    public static string Stage2(string stage1) => $$"""
        { "kind": "stackgan", "data": { "train": ["tiny.tar"], "validation": ["tiny.tar"], "size": 32 },
          "inputs": {{s_inputs[..^1]}}, "stage1": "{{stage1}}" },
          "model": { "stage": 2, "Z_DIM": 4, "TEXT_DIMENSION": 16, "CONDITION_DIM": 3, "GF_DIM": 2, "DF_DIM": 2, "R_NUM": 1, "sample_size": 32,
            "stage1_sample_size": 16, "spectral_norm": true, "minibatch_deviation": true }, {{Schedule}} }
        """;

    public static string Classifier => $$"""
        { "kind": "classifier", "data": { "train": "{{TinyDigits.Images}}", "validation": "{{TinyDigits.Images}}", "size": 32, "channels": 1 },
          "model": { "block_out_channels": [8], "feature_dim": 6 }, {{Schedule}} }
        """;

    /// <summary>Writes a recipe and the tiny set beside it.</summary>
    public static string Write(TemporaryFolder folder, string recipe, string name = "recipe.json")
    {
        TinyData.Write(folder, "{}");
        TinyDigits.Write(folder, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        File.WriteAllText(folder[name], recipe);
        return folder[name];
    }

    public static Trainer Make(string path)
    {
        Recipe recipe = Recipe.Load(path);
        DataRoot root = DataRoot.Resolve(Path.GetDirectoryName(path));
        return recipe.Json.Text("kind") switch
        {
            "gan" => new ConditionalGanTrainer(recipe, root),
            "stackgan" => new StackGanTrainer(recipe, root),
            _ => new ClassifierTrainer(recipe, root),
        };
    }

    /// <summary>Trains until so many reports have come, then pauses as Ctrl-C does; gives the run's folder.</summary>
    public static string Run(string path, string run, int reports = int.MaxValue)
    {
        using Trainer trainer = Make(path);
        using TrainingLoop loop = new(trainer, run);
        using CancellationTokenSource pause = new();
        try
        {
            foreach (TrainingProgress progress in loop.Run(pause.Token))
                if (progress.Step >= reports)
                    pause.Cancel();
        }
        catch (OperationCanceledException)
        {
            // Paused as asked.
        }
        return run;
    }

    /// <summary>A whole run's model folder.</summary>
    public static string Trained(TemporaryFolder folder, string recipe, string run = "run") =>
        Path.Combine(Run(Write(folder, recipe, $"{run}.json"), folder[run]), "model");
}
