using System.Globalization;
using Pareidolia.Nn.Optimizers;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// One training run as a small JSON file: what is learned from what, how, and for how long. Paths of data are relative to the data root, paths
/// of models to the recipe's own folder.
/// </summary>
public sealed class Recipe
{
    private Recipe(JsonConfig json, string folder, string text)
    {
        Json = json;
        Folder = folder;
        Text = text;
        Steps = AtLeast(json, "steps", 1);
        Batch = AtLeast(json, "batch", 1);
        Seed = (ulong)json.Int("seed", 0);
        Accumulate = AtLeast(json, "accumulate", 1, 1);
        JsonConfig optimizer = json.Section("optimizer") ?? JsonConfig.Parse("{}", "optimizer");
        Orthogonalises = optimizer.Text("name", "adamw") switch
        {
            "adamw" => false,
            "muon" => true,
            _ => throw new PareidoliaException($"The recipe in '{folder}' has optimizer \"{optimizer.Text("name")}\"; \"adamw\" and \"muon\" are known."),
        };
        Momentum = Share(optimizer, "momentum", 0.95);
        Beta1 = Share(optimizer, "beta1", 0.9);
        Beta2 = Share(optimizer, "beta2", 0.99);
        WeightDecay = Number(optimizer, "weight_decay", 0, value => value >= 0, "a number that is not negative");
        ClipNorm = Number(optimizer, "clip_norm", 1, value => value > 0, "a number above 0");
        Rate = ReadRate(optimizer);
        EmaDecay = Share(json, "ema", 0);
        LogEvery = AtLeast(json, "log_every", 1, 20);
        SampleEvery = AtLeast(json, "sample_every", 0, 0);
        CheckpointEvery = AtLeast(json, "checkpoint_every", 1, 500);
        Exact = json.Bool("exact", false);
        ReducedPrecision = json.Text("precision", "f32") switch
        {
            "f32" => false,
            "bf16" => true,
            _ => throw new PareidoliaException($"The recipe in '{folder}' has precision \"{json.Text("precision")}\"; \"f32\" and \"bf16\" are known."),
        };
    }

    /// <summary>All fields, for what only one trainer reads (<c>data</c>, <c>model</c>, ...).</summary>
    public JsonConfig Json { get; }

    /// <summary>The folder of the recipe's file.</summary>
    public string Folder { get; }

    /// <summary>The file's text: part of a checkpoint, so that a run is never continued under another recipe.</summary>
    public string Text { get; }

    /// <summary>Optimiser steps of the whole run.</summary>
    public int Steps { get; }

    /// <summary>Samples per step and accumulation.</summary>
    public int Batch { get; }

    /// <summary>Seed of everything random.</summary>
    public ulong Seed { get; }

    /// <summary>Batches whose gradients are averaged into one step.</summary>
    public int Accumulate { get; }

    /// <summary>Whether matrices move by orthogonalised steps (Muon) and only the rest by AdamW's.</summary>
    public bool Orthogonalises { get; }

    /// <summary>Muon's momentum.</summary>
    public double Momentum { get; }

    /// <summary>AdamW's first moment.</summary>
    public double Beta1 { get; }

    /// <summary>AdamW's second moment.</summary>
    public double Beta2 { get; }

    /// <summary>Decoupled decay of matrices and kernels (not of biases and norms).</summary>
    public double WeightDecay { get; }

    /// <summary>Largest norm over all gradients.</summary>
    public double ClipNorm { get; }

    /// <summary>The learning rate over the run.</summary>
    public LearningRate Rate { get; }

    /// <summary>Decay of the averaged weights; 0 means none.</summary>
    public double EmaDecay { get; }

    /// <summary>Steps from one line of metrics to the next.</summary>
    public int LogEvery { get; }

    /// <summary>Steps from one sample grid to the next; 0 means only at the end.</summary>
    public int SampleEvery { get; }

    /// <summary>Steps from one checkpoint to the next.</summary>
    public int CheckpointEvery { get; }

    /// <summary>Whether the faster algorithms of <see cref="Tensors.Approximation"/> are left out.</summary>
    public bool Exact { get; }

    /// <summary>
    /// Whether products may round their inputs to bfloat16 (<see cref="Tensors.ReducedPrecision"/>); weights, sums, norms and the optimiser stay float32.
    /// </summary>
    public bool ReducedPrecision { get; }

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="PareidoliaException">The file is missing, not JSON, or a field is absent or out of range.</exception>
    public static Recipe Load(string path)
    {
        JsonConfig json = JsonConfig.Load(path);
        return new Recipe(json, Path.GetDirectoryName(Path.GetFullPath(path))!, File.ReadAllText(path));
    }

    /// <summary>A path of the recipe, relative to its own folder.</summary>
    public string Beside(string path) => Path.GetFullPath(Path.Combine(Folder, path));

    /// <summary>A sub-object that must be there.</summary>
    public JsonConfig Section(string key) =>
        Json.Section(key) ?? throw new PareidoliaException($"The recipe in '{Folder}' has no \"{key}\" section.");

    /// <summary>Fails unless the texts give as many entries as the recipe's model has.</summary>
    /// <param name="asked">What the recipe says.</param>
    /// <param name="found">What there are.</param>
    /// <param name="told">What has so many, and of what.</param>
    /// <param name="units">What they are called.</param>
    internal static void RequireVocabSize(int asked, int found, string told, string units)
    {
        if (found != asked)
            throw new PareidoliaException($"{told} of {found} {units}; set the recipe's vocab_size to that instead of {asked}.");
    }

    private LearningRate ReadRate(JsonConfig optimizer) => new(
        Number(optimizer, "learning_rate", null, value => value > 0, "a number above 0"),
        AtLeast(optimizer, "warmup", 0, 0),
        optimizer.Text("decay", "cosine") switch
        {
            "constant" => Decay.Constant,
            "cosine" => Decay.Cosine,
            _ => throw new PareidoliaException($"The recipe in '{Folder}' has decay \"{optimizer.Text("decay")}\"; \"cosine\" and \"constant\" are known."),
        },
        Steps, Number(optimizer, "floor", 0.01, value => value is >= 0 and <= 1, "a number from 0 to 1"));

    private int AtLeast(JsonConfig section, string key, int least, int? fallback = null)
    {
        int value = section.Int(key, fallback);
        return value >= least ? value : throw new PareidoliaException($"The recipe in '{Folder}' has {key} = {value}; it should be at least {least}.");
    }

    private double Share(JsonConfig section, string key, double fallback) =>
        Number(section, key, fallback, value => value is >= 0 and < 1, "a number from 0 to below 1");

    private double Number(JsonConfig section, string key, double? fallback, Func<double, bool> holds, string needed)
    {
        double value = section.Double(key, fallback);
        return holds(value) ? value : throw new PareidoliaException(
            string.Create(CultureInfo.InvariantCulture, $"The recipe in '{Folder}' has {key} = {value}; {needed} is needed."));
    }
}
