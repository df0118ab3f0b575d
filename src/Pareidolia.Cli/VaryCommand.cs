using System.CommandLine;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia vary</c>: a picture becomes others like it, or turns into another one.</summary>
internal sealed class VaryCommand
{
    private static readonly string[] s_usual = ["models/unclip", "runs/emoji-unclip-prior/model"];

    private const int UsualVariations = 4, UsualBetween = 6, GridGap = 4;

    private readonly CommandIo _io;
    private readonly Argument<string> _picture = new("picture") { HelpName = "FILE", Description = "The picture." };
    private readonly Option<string?> _to = OptionOf.Text("--to", "FILE", "Another picture: draw what lies between the two, of one noise, instead of variations.");
    private readonly Option<string?> _model = OptionOf.Text("--model", "FOLDER", $"A model of unCLIP; else {string.Join(", else ", s_usual)}, looked for above the program and the working folder.");
    private readonly Option<int?> _count = OptionOf.Whole("--count", $"Pictures to draw, else {UsualVariations}, or {UsualBetween} between two.");
    private readonly Option<SeedChoice?> _seed = OptionOf.Seed("--seed", "Where the noise comes from; -1 is any. Variation i has seed + i.");
    private readonly Option<int?> _steps = OptionOf.Whole("--steps", "Denoising steps.");
    private readonly Option<double?> _guidance = OptionOf.Number("--guidance", "How strongly what CLIP sees is followed.");
    private readonly Option<string?> _output = OptionOf.Text("--output", "FILE|FOLDER", "Where the pictures go; else NAME-varied.png in the working folder.", "-o");
    private readonly Option<bool> _grid = OptionOf.Flag("--grid", "Also write all pictures in one, the original first, NAME-varied-grid.png.");
    private readonly FormatOptions _format = new();
    private readonly Option<bool> _force = OptionOf.Flag("--force", "Overwrite existing files; else the next free name is taken.");
    private readonly Option<int?> _threads = OptionOf.Whole("--threads", "Threads to compute with, else one per processor.");

    public VaryCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("vary", "Draw variations of a picture, or what lies between two.")
        {
            _picture, _to, _model, _count, _seed, _steps, _guidance, _output, _grid, _force, _threads,
        };
        _format.AddTo(Command);
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
        string path = parsed.GetValue(_picture)!;
        OutputFiles files = new(parsed.GetValue(_output), parsed.GetValue(_force), _format.Read(parsed));
        Image picture = ImageFile.Read(path);
        Image? to = parsed.GetValue(_to) is string other ? ImageFile.Read(other) : null;
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(Model(parsed.GetValue(_model)));
        GenerateSettings settings = Settings(parsed, pipeline.Defaults, to is not null);
        IReadOnlyList<Image> drawn = Draw(pipeline, picture, to, settings);
        Write(parsed, pipeline, settings, drawn, files);
        if (parsed.GetValue(_grid))
            Write(files, Name(parsed, files) + "-grid", Mosaic.Grid([Beside(picture, drawn[0]), .. drawn, .. to is null ? Array.Empty<Image>() : [Beside(to, drawn[0])]], drawn.Count + (to is null ? 1 : 2), GridGap), "  all of them");
        return ExitCode.Done;
    }

    private void Write(ParseResult parsed, StableDiffusionPipeline pipeline, GenerateSettings settings, IReadOnlyList<Image> drawn, OutputFiles files)
    {
        bool between = parsed.GetValue(_to) is not null;
        PictureRequest[] requests = [.. settings.Pictures().Select(request => between ? request with { Seed = settings.Seed } : request)];
        string time = $"  {Shown.Seconds(_io.Clock.Elapsed)}";
        foreach ((Image image, PictureRequest request) in drawn.Zip(requests))
        {
            image.Texts[Infotext.Key] = Described(pipeline.Describe(request, settings), parsed);
            Write(files, Name(parsed, files), image, $"  seed {request.Seed}  {settings.Steps} steps{(drawn.Count == 1 ? time : "")}");
        }
        if (drawn.Count > 1)
            _io.Out.WriteLine($"{drawn.Count} pictures{time}");
    }

    private string Name(ParseResult parsed, OutputFiles files) => files.Stem(Path.GetFileNameWithoutExtension(parsed.GetValue(_picture)!) + "-varied");

    private static string Model(string? asked) => asked is not null ? ShippedModel.Locate(asked)
        : ShippedModel.FoldersAbove(s_usual).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "model_index.json"))) ?? throw new PareidoliaException(
            "There is no model of unCLIP yet: pareidolia train diffusion recipes/emoji/unclip-decoder.json and then pareidolia train prior recipes/emoji/unclip-prior.json make one, or name a folder with --model.");

    // The prompt is not read: what is drawn is said by the picture, or by two.
    private string Described(Infotext made, ParseResult parsed)
    {
        made.Fields["Variation of"] = Path.GetFileName(parsed.GetValue(_picture)!);
        if (parsed.GetValue(_to) is string other)
            made.Fields["Towards"] = Path.GetFileName(other);
        return made.Build();
    }

    private GenerateSettings Settings(ParseResult parsed, GenerateSettings defaults, bool between) => defaults with
    {
        Count = parsed.GetValue(_count) ?? (between ? UsualBetween : UsualVariations),
        Seed = parsed.GetValue(_seed)?.Value ?? (ulong)Random.Shared.NextInt64(1L << 32),
        Steps = parsed.GetValue(_steps) ?? defaults.Steps,
        Guidance = parsed.GetValue(_guidance) ?? defaults.Guidance,
    };

    private IReadOnlyList<Image> Draw(StableDiffusionPipeline pipeline, Image picture, Image? to, GenerateSettings settings)
    {
        PictureVariations variations = new(pipeline);
        IReadOnlyList<Image> drawn = [];
        variations.Validate(settings);
        int batches = (settings.Count + pipeline.BatchSize(settings) - 1) / pipeline.BatchSize(settings);
        ProgressLine.Show(_io, $"drawing {settings.Count} pictures", batches * pipeline.StepsOf(settings), advance =>
        {
            void Step()
            {
                _io.Cancelled.ThrowIfCancellationRequested();
                advance();
            }

            drawn = to is null ? variations.Of(picture, settings, Step) : variations.Between(picture, to, settings, Step);
        });
        return drawn;
    }

    private void Write(OutputFiles files, string name, Image image, string made)
    {
        OutputFile file = files.Next(name);
        files.Write(file, image);
        _io.Out.WriteLine($"{file.Path}  {image.Width}x{image.Height}{made}{file.Note}");
    }

    private static Image Beside(Image picture, Image beside) => Resize.To(picture.ToRgb(), beside.Width, beside.Height, Resampling.Bicubic);
}
