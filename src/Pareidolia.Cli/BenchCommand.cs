using System.CommandLine;
using System.Diagnostics;
using Pareidolia.Pipelines.Measuring;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia bench</c>: how long a model's networks take here, and what the time goes into.</summary>
internal sealed class BenchCommand
{
    private readonly CommandIo _io;
    private readonly Option<string?> _model = OptionOf.Text(
        "--model", "PATH", "A model folder, a checkpoint, or random weights of a known structure: random:sd15, random:sd15-vae, random:sdxl ...; else the one that comes with the program.");
    private readonly Option<PictureSize?> _size = OptionOf.Size("--size", "Pixels; else the model's own.");
    private readonly Option<int?> _batch = OptionOf.Whole("--batch", "Pictures at a time; else 1.");
    private readonly Option<int?> _tokens = OptionOf.Whole("--tokens", "Tokens of the text; else 77.");
    private readonly Option<int?> _runs = OptionOf.Whole("--runs", "Measured runs after one that warms up; else 3.");
    private readonly Option<int?> _threads = OptionOf.Whole("--threads", "Threads to compute with, else one per processor.");
    private readonly Option<string?> _precision =
        OptionOf.Text("--precision", "NAME", $"How weights are held: {string.Join(", ", WeightHolding.Names.Keys)}; or {WeightHolding.Bf16}, products of bfloat16; or {WeightHolding.Int8Products}, of 8 bits in linear layers and the autoencoder.");
    private readonly Option<bool> _pack = OptionOf.Flag("--pack", "Keep weights beside the model in the order that they are computed with, for later starts to map.");
    private readonly Option<bool> _exact = OptionOf.Flag("--exact", "Without the faster algorithms.");
    private readonly Option<bool> _profile = OptionOf.Flag("--profile", "Tell the time of each kind of op: GFLOP/s, share of the machine's peak, bytes.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the result as JSON.");

    public BenchCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("bench", "Measure how long a model's networks take here.")
        {
            _model, _size, _batch, _tokens, _runs, _threads, _precision, _pack, _exact, _profile, _json,
        };
        Command.SetAction(Run);
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        Threads.Use(parsed.GetValue(_threads));
        ModelSource model = ShippedModel.Open(ShippedModel.Locate(parsed.GetValue(_model)), new SingleFileOptions());
        BenchSettings settings = Settings(parsed, model);
        settings.Check();
        ModelBench bench = new(model, settings);
        if (bench.Parts.Count == 0)
            throw new PareidoliaException($"'{model.Path}' has no text encoder, UNet or autoencoder to measure; it has {string.Join(", ", model.Names)}.");
        MachinePeak peak = MachinePeak.Measure(settings.Bf16 || settings.Int8);
        List<PartTimes> parts = [];
        ProgressLine.Show(_io, "measuring", bench.Parts.Count, advance =>
        {
            foreach (string part in bench.Parts)
            {
                parts.Add(bench.Measure(part));
                advance();
            }
        });
        BenchReport report = new(model.Path, settings, parsed.GetValue(_precision) ?? "f32", peak, parts, PeakBytes());
        if (parsed.GetValue(_json))
            JsonOutput.Write(_io.Out, report.Write);
        else
            report.Write(_io.Out);
        return ExitCode.Done;
    }

    private BenchSettings Settings(ParseResult parsed, ModelSource model)
    {
        string precision = parsed.GetValue(_precision) ?? "f32";
        WeightHolding holding = WeightHolding.Named(precision)
            ?? throw new PareidoliaException($"--precision is '{Shown.Short(precision)}'; {string.Join(", ", WeightHolding.AllNames.SkipLast(1))} and {WeightHolding.AllNames[^1]} are known.");
        model.Holding = holding with { Packed = parsed.GetValue(_pack) };
        PictureSize size = parsed.GetValue(_size) ?? new PictureSize(ModelBench.OwnSide(model), ModelBench.OwnSide(model));
        return new BenchSettings(
            size.Width, size.Height, parsed.GetValue(_batch) ?? 1, parsed.GetValue(_tokens) ?? 77, parsed.GetValue(_runs) ?? 3)
        {
            Profile = parsed.GetValue(_profile), Exact = parsed.GetValue(_exact), Bf16 = precision == WeightHolding.Bf16, Int8 = precision == WeightHolding.Int8Products, Cancelled = _io.Cancelled,
        };
    }

    // What the process held at its most.
    private static long PeakBytes()
    {
        using Process own = Process.GetCurrentProcess();
        return own.PeakWorkingSet64;
    }
}
