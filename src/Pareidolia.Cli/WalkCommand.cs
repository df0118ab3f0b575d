using System.CommandLine;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia walk FROM TO</c>: a row of pictures on the way from one prompt and seed to another, through a GAN's latent space.</summary>
internal sealed class WalkCommand
{
    private const int MostSteps = 64;
    private const int Gap = 2;

    private readonly CommandIo _io;
    private readonly Argument<string> _from = new("from") { Description = "The prompt at the beginning." };
    private readonly Argument<string?> _to = new("to") { Arity = ArgumentArity.ZeroOrOne, Description = "The prompt at the end; else the first one." };
    private readonly Option<string> _model = new("--model") { Required = true, HelpName = "FOLDER", Description = "A GAN's model folder." };
    private readonly Option<SeedChoice?> _seed = OptionOf.Seed("--seed", "The noise at the beginning; row i has seed + i.");
    private readonly Option<SeedChoice?> _toSeed = OptionOf.Seed("--to-seed", "The noise at the end; else that of the beginning: only the prompt changes.");
    private readonly Option<int?> _steps = OptionOf.Whole("--steps", $"Pictures on the way, 2 to {MostSteps}, else 10.");
    private readonly Option<int?> _rows = OptionOf.Whole("--rows", $"Ways below each other, 1 to {MostSteps}, else 1.");
    private readonly Option<string?> _output = OptionOf.Text("--output", "FILE", "Where the picture goes, else walk.png.", "-o");
    private readonly Option<bool> _force = OptionOf.Flag("--force", "Overwrite an existing file; else the next free name is taken.");

    public WalkCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("walk", "Draw the way from one prompt or seed to another through a GAN's latent space.")
        {
            _from, _to, _model, _seed, _toSeed, _steps, _rows, _output, _force,
        };
        Command.SetAction(Run);
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        (int steps, int rows) = (Within(parsed, _steps, 2, 10), Within(parsed, _rows, 1, 1));
        (string from, string to) = (parsed.GetValue(_from)!, parsed.GetValue(_to) ?? parsed.GetValue(_from)!);
        GanPipeline.Validate([from, to]);
        OutputFiles files = new(parsed.GetValue(_output) ?? "walk.png", parsed.GetValue(_force));
        string folder = ShippedModel.Locate(parsed.GetValue(_model));
        if (!Directory.Exists(folder) || !GanPipeline.IsAt(folder))
            throw new PareidoliaException($"--model is '{folder}', which is no GAN: only a GAN's latent space is walked through; train one with pareidolia train gan.");
        using GanPipeline pipeline = GanPipeline.Load(folder);
        ulong seed = parsed.GetValue(_seed)?.Value ?? 0, toSeed = parsed.GetValue(_toSeed)?.Value ?? seed;
        Image[] ways = [.. Enumerable.Range(0, rows).Select(row => Mosaic.Strip(pipeline.Walk((from, seed + (ulong)row), (to, toSeed + (ulong)row), steps), Gap))];
        OutputFile file = files.Next(files.Stem("walk"));
        files.Write(file, Mosaic.Grid(ways, 1, Gap));
        _io.Out.WriteLine($"{file.Path}  {rows} x {steps} pictures of {pipeline.Size}x{pipeline.Size}  {Shown.Seconds(_io.Clock.Elapsed)}");
        return ExitCode.Done;
    }

    private static int Within(ParseResult parsed, Option<int?> option, int least, int otherwise)
    {
        int value = parsed.GetValue(option) ?? otherwise;
        return value >= least && value <= MostSteps ? value : throw new PareidoliaException($"{option.Name} is {value}; {least} to {MostSteps} is needed.");
    }
}
