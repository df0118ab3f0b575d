using System.CommandLine;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Training.FineTuning;
using Pareidolia.Training.Gans;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia train KIND RECIPE</c>: runs a recipe, or goes on with it.</summary>
internal sealed class TrainCommand
{
    private static readonly Dictionary<string, (string What, Func<Recipe, DataRoot, Trainer> Make)> s_kinds = new()
    {
        ["clip"] = ("a tokenizer and a CLIP model from captioned pictures", (recipe, root) => new ClipTrainer(recipe, root)),
        ["autoencoder"] = ("an autoencoder from pictures", (recipe, root) => new AutoencoderTrainer(recipe, root)),
        ["diffusion"] = ("a conditional UNet on an autoencoder's latents, or on pixels", (recipe, root) => new DiffusionTrainer(recipe, root)),
        ["superresolution"] = ("a later stage of a cascade, which enlarges what the stage before draws", (recipe, root) => new SuperResolutionTrainer(recipe, root)),
        ["prior"] = ("unCLIP's prior, from captions to pictures as CLIP sees them", (recipe, root) => new PriorTrainer(recipe, root)),
        ["classifier"] = ("a classifier of labelled pictures, which judges what others draw", (recipe, root) => new ClassifierTrainer(recipe, root)),
        ["gan"] = ("a conditional GAN that hears texts", (recipe, root) => new ConditionalGanTrainer(recipe, root)),
        ["stackgan"] = ("a stage of StackGAN", (recipe, root) => new StackGanTrainer(recipe, root)),
        ["bert"] = ("a WordPiece tokenizer and a masked-word model from text", (recipe, root) => new BertTrainer(recipe, root)),
        ["gpt"] = ("a byte-level tokenizer and a next-word model from text", (recipe, root) => new GptTrainer(recipe, root)),
        ["t5"] = ("a text encoder by span corruption from text", (recipe, root) => new T5Trainer(recipe, root)),
        ["words"] = ("a dictionary and a convolutional word model from text", (recipe, root) => new WordsTrainer(recipe, root)),
        ["finetune"] = ("a model that is there, from a few pictures: a LoRA, a new word, or all of it", (recipe, root) => new FineTuneTrainer(recipe, root)),
        ["drawn-upscaler"] = ("an upscaler that also mends what a latent diffusion model draws", (recipe, root) => new DrawnUpscalerTrainer(recipe, root)),
        ["upscaler"] = ("a twofold upscaler that follows an autoencoder", (recipe, root) => new UpscalerTrainer(recipe, root)),
    };

    /// <summary>What trains each kind of recipe.</summary>
    public static IReadOnlyDictionary<string, Func<Recipe, DataRoot, Trainer>> Makers { get; } = s_kinds.ToDictionary(kind => kind.Key, kind => kind.Value.Make);

    private readonly CommandIo _io;

    public TrainCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("train", "Train a model from a recipe; run again, it goes on from its last checkpoint.");
        foreach ((string kind, (string what, _)) in s_kinds)
            Command.Add(Kind(kind, what));
    }

    /// <summary>The command.</summary>
    public Command Command { get; }

    private Command Kind(string kind, string what)
    {
        Argument<string> recipe = new("recipe") { Description = "The recipe's JSON file." };
        Option<string?> data = OptionOf.Text("--data", "FOLDER", "The folder of data; else PAREIDOLIA_DATA, else ../shared/data.");
        Option<string?> run = OptionOf.Text("--run", "FOLDER", "Where checkpoints, metrics and samples go; default runs/NAME of the recipe.");
        Option<bool> export = OptionOf.Flag("--export", "Do not train: write the model from the last checkpoint of a paused run.");
        Command command = new(kind, $"Train {what}.") { recipe, data, run, export };
        command.SetAction(parsed => Run(kind, parsed.GetValue(recipe)!, parsed.GetValue(data), parsed.GetValue(run), parsed.GetValue(export)));
        return command;
    }

    private int Run(string kind, string recipePath, string? data, string? run, bool export)
    {
        Recipe recipe = Recipe.Load(recipePath);
        if (recipe.Json.Text("kind", kind) != kind)
            throw new PareidoliaException($"'{recipePath}' is a recipe of kind {recipe.Json.Text("kind")}; use `pareidolia train {recipe.Json.Text("kind")}`.");
        DataRoot root = DataRoot.Resolve(data);
        string folder = run ?? Path.Combine("runs", $"{new DirectoryInfo(recipe.Folder).Name}-{Path.GetFileNameWithoutExtension(recipePath)}");
        OutputFiles.RequireWritable(folder, folder);
        _io.Error.WriteLine($"{kind}: reading data and preparing caches ...");
        using Trainer trainer = s_kinds[kind].Make(recipe, root);
        LeftOut.Name(_io.Error, root);
        _io.Error.WriteLine($"{kind}: {trainer.SampleCount} samples, {trainer.Weights.Count / 1e6:F2} M parameters, {recipe.Steps} steps of {recipe.Batch * recipe.Accumulate}; run folder {folder}");
        using TrainingLoop loop = new(trainer, folder);
        if (export)
            _io.Error.WriteLine($"{kind}: the model of step {loop.Export()} of {recipe.Steps}");
        else
            Train(kind, loop);
        LeftOut.Count(_io.Error, root);
        _io.Out.WriteLine(Path.Combine(folder, "model"));
        return ExitCode.Done;
    }

    private void Train(string kind, TrainingLoop loop)
    {
        foreach (TrainingProgress progress in loop.Run(_io.Cancelled))
            Report(kind, progress);
        if (_io.Live)
            _io.Error.WriteLine();
    }

    private void Report(string kind, TrainingProgress progress)
    {
        string line = $"{kind}: step {progress.Step}/{progress.Steps}  loss {progress.Loss:F4}  {progress.SamplesPerSecond:F1} samples/s  ETA {progress.Remaining:h\\:mm\\:ss}";
        if (_io.Live)
            _io.Error.Write($"\r{line}   ");
        else
            _io.Error.WriteLine(line);
    }
}
