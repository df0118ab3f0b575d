using System.CommandLine;
using Pareidolia.Explaining;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia explain</c>: how a picture comes about, as one HTML page.</summary>
internal sealed class ExplainCommand
{
    private const int IndexSide = 64;

    private readonly CommandIo _io;
    private readonly Argument<string> _prompt = new("prompt") { Description = "What to draw.", HelpName = "TEXT" };
    private readonly Option<string?> _output = OptionOf.Text("--output", "FOLDER", "Where report.html and its pictures go; else the folder 'report'.", "-o");
    private readonly Option<string?> _model = OptionOf.Text("--model", "FOLDER|FILE", "The model; else the one that comes with the program.");
    private readonly Option<string?> _tokenizer = OptionOf.Text("--tokenizer", "FOLDER", "The vocabulary for a single file, which has none.");
    private readonly Option<SeedChoice?> _seed = OptionOf.Seed("--seed", "Where the noise comes from; else any.");
    private readonly Option<int?> _steps = OptionOf.Whole("--steps", "Denoising steps; else the model's.");
    private readonly Option<double?> _guidance = OptionOf.Number("--guidance", "How strongly the prompt is followed; else the model's.");
    private readonly Option<string?> _style = OptionOf.Text("--style", "NAME", "One of the model's styles; 'none' for the prompt as it is.");
    private readonly Option<PictureSize?> _size = OptionOf.Size("--size", "Size of the picture; else the model's.");
    private readonly Option<string?> _index = OptionOf.Text(
        "--index", "PATTERN", "First make the model's index of training pictures from shards of the data folder, such as emoji/train-*.tar.");
    private readonly Option<string?> _measure = OptionOf.Text(
        "--measure", "PATTERN", "First measure how often CLIP's verdict is right, on held-out shards such as emoji/val-*.tar.");
    private readonly Option<string?> _data = OptionOf.Text("--data", "FOLDER", "The folder of data; else PAREIDOLIA_DATA, else ../shared/data.");
    private readonly Option<int?> _threads = OptionOf.Whole("--threads", "Threads to compute with, else one per processor.");
    private readonly Option<bool> _force = OptionOf.Flag("--force", "Overwrite an existing report; else the next free name is taken.");

    public ExplainCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("explain", "Draw a picture and show how it came about, as one HTML page.")
        {
            _prompt, _output, _model, _tokenizer, _seed, _steps, _guidance, _style, _size, _index, _measure, _data, _threads, _force,
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
        // Checked before a model is loaded, and without a style, which would say something in the place of nothing.
        new GenerateSettings { Prompt = parsed.GetValue(_prompt)! }.Validate(factor: 1);
        OutputFile target = OutputFiles.FreeFolder(parsed.GetValue(_output) ?? "report", HtmlReport.Names, parsed.GetValue(_force));
        string path = ShippedModel.Locate(parsed.GetValue(_model));
        string? folder = Directory.Exists(path) ? path : null;
        if (parsed.GetValue(_index) is string shards)
            MakeIndex(Own(folder, path), DataRoot.Resolve(parsed.GetValue(_data)), shards);
        if (parsed.GetValue(_measure) is string held)
            Measure(Own(folder, path), DataRoot.Resolve(parsed.GetValue(_data)), held);
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(
            ShippedModel.Open(path, new SingleFileOptions { Tokenizer = parsed.GetValue(_tokenizer) }));
        int taken = 0;
        PictureExplainer explainer = new(pipeline, folder)
        {
            Asked = parsed.GetValue(_prompt),
            Progress = (_, _) =>
            {
                if (_io.Live)
                    _io.Error.Write($"\rexplaining: step {++taken} ");
            },
        };
        ExplainReport report = explainer.Explain(Settings(parsed, pipeline), _io.Cancelled);
        HtmlReport.Write(report, target.Path);
        if (_io.Live)
            _io.Error.WriteLine();
        _io.Out.WriteLine($"{Path.Combine(target.Path, HtmlReport.PageName)}{target.Note}");
        return ExitCode.Done;
    }

    private GenerateSettings Settings(ParseResult parsed, StableDiffusionPipeline pipeline)
    {
        GenerateSettings settings = pipeline.Defaults;
        PictureSize size = parsed.GetValue(_size) ?? new PictureSize(settings.Width, settings.Height);
        return settings with
        {
            Prompt = pipeline.Settings.Styled(parsed.GetValue(_prompt)!, parsed.GetValue(_style)),
            Seed = parsed.GetValue(_seed)?.Value ?? (ulong)System.Random.Shared.NextInt64(uint.MaxValue),
            Steps = parsed.GetValue(_steps) ?? settings.Steps,
            Guidance = parsed.GetValue(_guidance) ?? settings.Guidance,
            Width = size.Width,
            Height = size.Height,
        };
    }

    private static string Own(string? folder, string path) => folder is not null && Directory.Exists(Path.Combine(folder, "clip")) ? folder
        : throw new PareidoliaException($"'{path}' has no folder clip/: an index and a measure need the model's own CLIP.");

    private void MakeIndex(string folder, DataRoot root, string shards)
    {
        PictureSet pictures = Load(root, shards);
        using Pretrained<ClipModel> clip = ClipModel.Load(Path.Combine(folder, "clip"));
        PictureIndexing.Of(clip.Model, pictures).Save(folder);
        LeftOut.Name(_io.Error, root);
        _io.Error.WriteLine($"indexed {pictures.Pictures.Count} pictures of {shards} in {folder}");
    }

    private void Measure(string folder, DataRoot root, string shards)
    {
        PictureSet pictures = Load(root, shards);
        using PromptVerifier verifier = PromptVerifier.Load(folder);
        HitRate rate = HitRate.Measure(
            verifier, pictures.Pictures.Select(picture => (new Image(pictures.Size, pictures.Size, 3, picture.Pixels), picture.Record.Captions[0])), shards);
        rate.Save(folder);
        LeftOut.Name(_io.Error, root);
        _io.Error.WriteLine(rate.ToString());
    }

    // Like the model's own trainers, which leave the line drawings out.
    private static PictureSet Load(DataRoot root, string shards) => PictureSet.Load(
        root, JsonConfig.Parse($$"""{"pictures": ["{{shards.Replace("\\", "/", StringComparison.Ordinal)}}"], "exclude_styles": ["openmoji"]}""", "--index"), "pictures", IndexSide);
}
