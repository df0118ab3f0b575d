using System.CommandLine;
using System.Globalization;
using Pareidolia.Imaging;
using Pareidolia.Training.Data;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia data check</c> and <c>pareidolia data pack</c>: looks at pictures of one's own and packs them into shards.</summary>
internal sealed class DataCommand
{
    private const int LargestSize = 4096;

    private readonly CommandIo _io;
    private readonly Argument<string[]> _sources = new("sources")
    {
        Arity = ArgumentArity.OneOrMore,
        HelpName = "FOLDER|FILE.tar",
        Description = "Folders with cat.png and cat.txt side by side, or shards of them.",
    };
    private readonly Option<string?> _sheet = OptionOf.Text("--sheet", "FILE.png", "Where a contact sheet of up to 64 pictures goes.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the result as JSON.");
    private readonly Option<bool> _forceSheet = OptionOf.Flag("--force", "Overwrite an existing contact sheet; else the next free name is taken.");
    private readonly Option<bool> _forceShards = OptionOf.Flag("--force", "Overwrite the shards of this name, those that are left over of an earlier pack too; else they are refused.");
    private readonly Option<string> _output = new("--output", "-o") { Required = true, HelpName = "FOLDER", Description = "Where the shards go." };
    private readonly Option<string?> _name = OptionOf.Text("--name", "NAME", "What the shards' names begin with, else data: data-train-000.tar.");
    private readonly Option<int?> _perShard = OptionOf.Whole("--per-shard", "Most pictures in a shard, else 1000.");
    private readonly Option<int?> _size = OptionOf.Whole("--size", "Bring pictures to so many pixels: the middle square, as PNG; else the files stay as they are.");
    private readonly Option<double?> _held = OptionOf.Number("--hold-out", "Share of the pictures that go into NAME-val shards, 0 to 0.5; else none.");

    public DataCommand(CommandIo io)
    {
        _io = io;
        Command check = new("check", "Count pictures, sizes and captions; find broken files and duplicates; draw a contact sheet.") { _sources, _sheet, _json, _forceSheet };
        check.SetAction(Check);
        Command pack = new("pack", "Pack pictures and captions into the shards that recipes read; what is broken is left out and named.")
        {
            _sources, _output, _name, _perShard, _size, _held, _json, _forceShards,
        };
        pack.SetAction(Pack);
        Command = new Command("data", "Look at training pictures of your own, and pack them.") { check, pack };
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Check(ParseResult parsed)
    {
        OutputFiles? files = parsed.GetValue(_sheet) is string path ? OutputFiles.ForPng("--sheet", path, parsed.GetValue(_forceSheet)) : null;
        IReadOnlyList<string> sources = Sources(parsed);
        DataReport report = DataCheck.Run(sources, _io.Cancelled);
        if (report.Pictures + report.Broken.Count == 0)
            throw new PareidoliaException($"'{sources[0]}' has no picture with a caption, cat.png and cat.txt side by side.");
        OutputFile? sheet = files is not null && report.Sheet is Image picture ? Save(files, picture) : null;
        if (parsed.GetValue(_json))
            JsonOutput.Write(_io.Out, json => DataReportText.WriteJson(json, report));
        else
            DataReportText.Write(_io.Out, report, sheet);
        return ExitCode.Done;
    }

    private static OutputFile Save(OutputFiles files, Image sheet)
    {
        OutputFile file = files.Next(files.Stem("sheet"));
        files.Write(file, sheet);
        return file;
    }

    private int Pack(ParseResult parsed)
    {
        PackSettings settings = new(
            Name(parsed.GetValue(_name) ?? "data"), Within(parsed, _perShard, 1, 1_000_000) ?? 1000, Within(parsed, _size, 8, LargestSize), parsed.GetValue(_held) ?? 0, parsed.GetValue(_forceShards));
        if (settings.Held is not (>= 0 and <= 0.5))
            throw new PareidoliaException($"--hold-out is {settings.Held.ToString(CultureInfo.InvariantCulture)}; a share of 0 to 0.5 is needed.");
        IReadOnlyList<string> sources = Sources(parsed);
        string folder = parsed.GetValue(_output)!;
        OutputFiles.RequireWritable(folder, folder);
        PackedData packed = DataPacking.Run(sources, folder, settings, _io.Cancelled);
        if (packed.Training + packed.Held == 0)
            throw new PareidoliaException($"'{sources[0]}' has no picture with a caption, cat.png and cat.txt side by side{(packed.Broken.Count == 0 ? "." : $"; {packed.Broken[0]}")}");
        if (parsed.GetValue(_json))
            JsonOutput.Write(_io.Out, json => DataReportText.WriteJson(json, packed));
        else
            DataReportText.Write(_io.Out, packed);
        return ExitCode.Done;
    }

    // A folder that holds shards stands for them.
    private IReadOnlyList<string> Sources(ParseResult parsed) => [.. parsed.GetValue(_sources)!.SelectMany(source =>
    {
        string[] shards = Directory.Exists(source) ? Directory.GetFiles(source, "*.tar") : [];
        Array.Sort(shards, StringComparer.Ordinal);
        return shards.Length > 0 ? shards
            : Path.Exists(source) ? [source] : throw new PareidoliaException($"There is no folder or shard '{source}'.");
    })];

    private static string Name(string name) =>
        name.Length is > 0 and <= 100 && name.IndexOfAny(['/', '\\']) < 0 ? name : throw new PareidoliaException($"--name is '{name}'; a plain name of 1 to 100 characters is needed.");

    private static int? Within(ParseResult parsed, Option<int?> option, int least, int most) => parsed.GetValue(option) is not int value ? null
        : value >= least && value <= most ? value : throw new PareidoliaException($"{option.Name} is {value}; {least} to {most} is needed.");
}
