using System.CommandLine;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Training.Data;
using Pareidolia.Training.Metrics;

namespace Pareidolia.Cli.Compare;

/// <summary><c>pareidolia compare</c>: the same prompts and seeds through every model of a folder, on one sheet.</summary>
internal sealed class CompareCommand
{
    private const ulong UsualSeed = 7;
    private const int Cell = 128;

    private static readonly string[] s_prompts =
    [
        "a red apple", "a green apple", "a dog face", "a cat face", "a lion", "a blue butterfly", "a fish", "a sunflower", "a tree", "a slice of pizza",
        "a cup of coffee", "a birthday cake", "a smiling face", "a sad face", "a red heart", "a yellow star", "a crescent moon", "a house", "a red car",
        "a rocket", "a sailboat", "a football", "a guitar", "an open book",
    ];

    private readonly CommandIo _io;
    private readonly Argument<string[]> _models = new("models") { HelpName = "FOLDER", Description = "Model folders, or folders that hold some, such as models or runs.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _promptsFile = OptionOf.Text("--prompts", "FILE", $"What to draw, one prompt a line; else {s_prompts.Length} simple things.");
    private readonly Option<SeedChoice?> _seed = OptionOf.Seed("--seed", $"The first picture's seed, else {UsualSeed}; picture i has seed + i, in every model.");
    private readonly Option<string?> _output = OptionOf.Text("--output", "FILE.png", "Where the sheet goes, else comparison.png.", "-o");
    private readonly Option<string?> _truth = OptionOf.Text(
        "--truth", "PATTERN", "Also measure fidelity: shards of true pictures in the folder of data, such as emoji/val-*.tar, whose captions every model draws.");
    private readonly Option<string?> _data = OptionOf.Text("--data", "FOLDER", "The folder of data; else PAREIDOLIA_DATA, else ../shared/data.");
    private readonly Option<string?> _holdout = OptionOf.Text("--holdout", "KIND", "Draw only captions that are held out so, such as pair; else all.");
    private readonly Option<string?> _styles = OptionOf.Text("--exclude-styles", "NAMES", "Styles to leave out of --truth, with commas between them; else openmoji.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the numbers as JSON.");
    private readonly Option<bool> _force = OptionOf.Flag("--force", "Overwrite an existing file; else the next free name is taken.");
    private readonly Option<int?> _threads = OptionOf.Whole("--threads", "Threads to compute with, else one per processor.");

    public CompareCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("compare", "Draw the same prompts and seeds with several models, on one sheet with what each took.")
        {
            _models, _promptsFile, _seed, _output, _truth, _data, _holdout, _styles, _json, _force, _threads,
        };
        Command.SetAction(parsed =>
        {
            Threads.Use(parsed.GetValue(_threads));
            return Run(parsed);
        });
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        OutputFiles files = new(parsed.GetValue(_output) ?? "comparison.png", parsed.GetValue(_force));
        string[] prompts = parsed.GetValue(_promptsFile) is string list ? [.. PromptList.Read(list).Select(prompt => prompt.Text)] : s_prompts;
        string[] folders = [.. parsed.GetValue(_models)!.SelectMany(ComparedModel.FoldersIn).Distinct()];
        ulong seed = parsed.GetValue(_seed) is SeedChoice choice ? choice.Value ?? (ulong)Random.Shared.NextInt64(1L << 32) : UsualSeed;
        IReadOnlyList<ModelMeasure> measures = Measure(folders, prompts, seed, Truth(parsed));
        LabelledGrid sheet = new(Cell, Cell, [.. measures.Select(measure => measure.Caption)], prompts);
        files.Encoding.Require(sheet.Width, sheet.Height);
        OutputFile file = files.Next(files.Stem("comparison"));
        files.Write(file, sheet.Draw([.. prompts.SelectMany((_, i) => measures.Select(measure => Small(measure.Pictures[i])))]));
        Report(file, measures, prompts.Length, seed, parsed.GetValue(_json));
        return ExitCode.Done;
    }

    private List<ModelMeasure> Measure(string[] folders, string[] prompts, ulong seed, Fidelity? truth)
    {
        using PromptVerifier? judge = Judge();
        List<ModelMeasure> measures = [];
        int pictures = prompts.Length + (truth?.Captions.Count ?? 0);
        ProgressLine.Show(_io, $"drawing {pictures} pictures with each of {folders.Length} models", folders.Length * pictures, advance =>
        {
            foreach (string folder in folders)
            {
                ModelMeasure? measure = ModelMeasure.Of(folder, prompts, seed, judge, truth, () =>
                {
                    _io.Cancelled.ThrowIfCancellationRequested();
                    advance();
                });
                if (measure is null)
                    _io.Error.WriteLine($"note: '{folder}' has no UNet to draw with and is left out.");
                else
                    measures.Add(measure);
            }
        });
        return measures.Count > 0 ? measures : throw new PareidoliaException("None of these folders holds a model to draw with.");
    }

    private Fidelity? Truth(ParseResult parsed) => parsed.GetValue(_truth) is not string pattern ? null : Fidelity.Load(
        DataRoot.Resolve(parsed.GetValue(_data)).Files(pattern),
        (parsed.GetValue(_styles) ?? "openmoji").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), parsed.GetValue(_holdout));

    // One judge for all: the CLIP of the program's own model.
    private static PromptVerifier? Judge()
    {
        try
        {
            return PromptVerifier.Load(ShippedModel.Locate(null));
        }
        catch (PareidoliaException)
        {
            return null;
        }
    }

    private static Image Small(Image picture) => Resize.To(picture.ToRgb(), Cell, Cell, Resampling.Bicubic);

    private void Report(OutputFile file, IReadOnlyList<ModelMeasure> measures, int prompts, ulong seed, bool json)
    {
        if (json)
        {
            JsonOutput.Write(_io.Out, writer =>
            {
                writer.WriteString("sheet", file.Path);
                writer.WriteNumber("prompts", prompts);
                writer.WriteNumber("seed", seed);
                writer.WriteStartArray("models");
                foreach (ModelMeasure measure in measures)
                    measure.Write(writer);
                writer.WriteEndArray();
            });
            return;
        }
        TextTable table = new();
        foreach (ModelMeasure measure in measures)
            table.Add(measure.Name, $"{measure.Kind}, {measure.Pictures[0].Width}x{measure.Pictures[0].Height}, {measure.Numbers}");
        table.Write(_io.Out);
        _io.Out.WriteLine($"{file.Path}  {prompts} prompts, {measures.Count} models{file.Note}");
    }
}
