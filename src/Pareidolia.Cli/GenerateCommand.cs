using System.CommandLine;
using Pareidolia.Cli.Xyz;
using Pareidolia.Pipelines;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Cli;

/// <summary>What <c>pareidolia generate</c> was asked for. What is null follows from the model.</summary>
internal sealed record GenerateRequest
{
    public string? Prompt { get; init; }

    public string? PromptsFile { get; init; }

    public string? Output { get; init; }

    public string? Negative { get; init; }

    public int? Steps { get; init; }

    public double? Guidance { get; init; }

    public ulong? Seed { get; init; }

    public int Count { get; init; } = 1;

    public string? Sampler { get; init; }

    public string? Schedule { get; init; }

    public PictureSize? Size { get; init; }

    public NoiseRequest Noise { get; init; } = new();

    public PromptRequest Words { get; init; } = new();

    public SourceRequest Source { get; init; } = new(null, null, null);

    public ControlRequest Control { get; init; } = new();

    public WayRequest Ways { get; init; } = new();

    public GuidanceRequest GuidanceRules { get; init; } = new();

    public FormatRequest Format { get; init; } = new();

    public MemoryRequest Memory { get; init; } = new(new(), null);

    public XyzRequest Xyz { get; init; } = new();

    public double? Eta { get; init; }

    public DecoderRequest Decoder { get; init; } = new();

    public PreviewRequest Preview { get; init; } = new();

    public string? Model { get; init; }

    public SingleFileOptions SingleFile { get; init; } = new();

    public bool Grid { get; init; }

    public bool StepsStrip { get; init; }

    public bool Verify { get; init; }

    public bool Json { get; init; }

    public bool Force { get; init; }

    public bool Exact { get; init; }

    /// <summary>Null for what the model's author recommends.</summary>
    public bool? Bf16 { get; init; }

    public bool Int8 { get; init; }

    /// <summary>Tells a pipeline how to compute.</summary>
    public void SetArithmetic(StableDiffusionPipeline pipeline) =>
        (pipeline.Exact, pipeline.Bf16, pipeline.Int8) = (Exact, Bf16 ?? pipeline.Settings.Bf16, Int8);

    /// <summary>What is to be drawn, by the prompt or the list; a list may come from a pipe, so it is read once.</summary>
    /// <exception cref="PareidoliaException">Both were given, or neither, or the list cannot be read.</exception>
    public IReadOnlyList<NamedPrompt> ReadPrompts()
    {
        if (Prompt is not null && PromptsFile is not null)
            throw new PareidoliaException("Both a prompt and --prompts were given; one of them is needed.");
        if (Prompt is string prompt)
            return [new NamedPrompt(prompt, null)];
        return PromptList.Read(PromptsFile
            ?? throw new PareidoliaException("There is no prompt: say what to draw, for instance pareidolia generate \"a red apple\"."));
    }
}

/// <summary><c>pareidolia generate</c>: prompts become pictures.</summary>
internal sealed class GenerateCommand
{
    private readonly Argument<string?> _prompt =
        new("prompt") { Arity = ArgumentArity.ZeroOrOne, HelpName = "prompt", Description = "What to draw." };
    private readonly Option<string?> _prompts =
        OptionOf.Text("--prompts", "FILE", "One prompt a line, or 'name TAB prompt' for name.png.");
    private readonly Option<string?> _output =
        OptionOf.Text("--output", "FILE|FOLDER", "Where the pictures go; without a file's name they are named after the prompt.", "-o");
    private readonly Option<string?> _negative = OptionOf.Text("--negative", "TEXT", "What to stay away from.", "-n");
    private readonly Option<int?> _steps = OptionOf.Whole("--steps", "Denoising steps.");
    private readonly Option<double?> _guidance =
        OptionOf.Number("--guidance", "How strongly the prompt is followed; 1 is not beyond what the network says.");
    private readonly Option<SeedChoice?> _seed =
        OptionOf.Seed("--seed", "Where the noise comes from: the same seed gives the same picture; -1 is any. Picture i has seed + i.");
    private readonly Option<int?> _count = OptionOf.Whole("--count", "Pictures of each prompt.");
    private readonly Option<string?> _sampler =
        OptionOf.Text("--sampler", "NAME", "euler-a, dpmpp-2m-karras, ddim ..., as any program names it; pareidolia samplers lists all.");
    private readonly Option<string?> _schedule =
        OptionOf.Text("--schedule", "NAME", "How the sampler spaces its steps: karras, sgm-uniform, simple ...");
    private readonly Option<PictureSize?> _size = OptionOf.Size("--size", "Pixels of a side, or width x height.");
    private readonly NoiseOptions _noise = new();
    private readonly PromptOptions _words = new();
    private readonly SourceOptions _source = new();
    private readonly ControlOptions _control = new();
    private readonly WayOptions _ways = new();
    private readonly GuidanceOptions _guidanceRules = new();
    private readonly FormatOptions _format = new();
    private readonly MemoryOptions _memory = new();
    private readonly XyzOptions _xyz = new();
    private readonly Option<double?> _eta = OptionOf.Number(
        "--eta", "Share of fresh noise in each step, 0 to 1; else 0 for ddim, 1 for ancestral and SDE samplers.");
    private readonly DecoderOptions _decoder = new();
    private readonly PreviewOptions _preview = new();
    private readonly Option<string?> _model =
        OptionOf.Text("--model", "FOLDER|FILE", "A model folder or a single file of Stable Diffusion; else the one that comes with the program.");
    private readonly Option<string?> _tokenizer =
        OptionOf.Text("--tokenizer", "FOLDER", "Where a single file's vocabulary is: vocab.json and merges.txt, or a model folder.");
    private readonly Option<string?> _config =
        OptionOf.Text("--config", "FOLDER|FILE", "A model folder, or JSON with one object for each part, whose configs count for a single file.");
    private readonly Option<bool> _grid = OptionOf.Flag("--grid", "Also write all pictures in one, NAME-grid.png.");
    private readonly Option<bool> _strip =
        OptionOf.Flag("--steps-strip", "Also write a filmstrip of each picture's denoising, NAME-steps.png.");
    private readonly Option<bool> _verify =
        OptionOf.Flag("--verify", "Score each picture against its prompt and the prompt's phrases; the best comes first.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the result as JSON.");
    private readonly Option<bool> _force = OptionOf.Flag("--force", "Overwrite existing files; else the next free name is taken.");
    private readonly Option<bool> _bf16 = OptionOf.Flag(
        "--bf16", "Multiply in bfloat16, with float32 sums, where the processor is faster at it: pictures differ a little; --bf16 false, not even where the model recommends it.");
    private readonly Option<bool> _int8 = OptionOf.Flag(
        "--int8", "Multiply linear layers, and all of the autoencoder, in integers of 8 bits with a factor for each row, and the rest as with --bf16.");
    private readonly Option<bool> _exact =
        OptionOf.Flag("--exact", "Compute convolutions by the direct formula: slower, and the picture differs by less than a shade.");
    private readonly Option<int?> _threads =
        OptionOf.Whole("--threads", "Threads to compute with, else one per processor. The pictures do not depend on it.");

    public GenerateCommand(CommandIo io)
    {
        Command = new Command("generate", "Draw what a prompt says.")
        {
            _prompt, _output, _negative, _steps, _guidance, _seed, _count, _sampler, _schedule, _eta, _size,
            _model, _tokenizer, _config, _prompts, _grid, _strip, _verify, _json, _force, _exact, _bf16, _int8, _threads,
        };
        _words.AddTo(Command);
        _source.AddTo(Command);
        _control.AddTo(Command);
        _ways.AddTo(Command);
        _noise.AddTo(Command);
        _guidanceRules.AddTo(Command);
        _format.AddTo(Command);
        _memory.AddTo(Command);
        _xyz.AddTo(Command);
        _decoder.AddTo(Command);
        _preview.AddTo(Command);
        Command.SetAction(parsed =>
        {
            Threads.Use(parsed.GetValue(_threads));
            string? model = parsed.GetValue(_model);
            bool isGan = GanRun.Serves(model);
            if (isGan)
                GanRun.Require(model!, Given(parsed));
            GenerateRequest request = Read(parsed);
            return isGan ? new GanRun(request, io).Run() : request.Xyz.IsAsked
                ? new XyzRun(new XyzCells(Command, Read, parsed), io).Run()
                : new GenerateRun(request, io).Run();
        });
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private string[] Given(ParseResult parsed) =>
        [.. Command.Options.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => option.Name)];

    private GenerateRequest Read(ParseResult parsed) => new()
    {
        Prompt = parsed.GetValue(_prompt),
        PromptsFile = parsed.GetValue(_prompts),
        Output = parsed.GetValue(_output),
        Negative = parsed.GetValue(_negative),
        Steps = parsed.GetValue(_steps),
        Guidance = parsed.GetValue(_guidance),
        Seed = parsed.GetValue(_seed)?.Value,
        Count = parsed.GetValue(_count) ?? 1,
        Sampler = parsed.GetValue(_sampler),
        Schedule = parsed.GetValue(_schedule),
        Size = parsed.GetValue(_size),
        Noise = _noise.Read(parsed),
        Words = _words.Read(parsed),
        Source = _source.Read(parsed),
        Control = _control.Read(parsed),
        Ways = _ways.Read(parsed),
        GuidanceRules = _guidanceRules.Read(parsed),
        Format = _format.Read(parsed),
        Memory = _memory.Read(parsed, parsed.GetValue(_bf16), parsed.GetValue(_int8)),
        Xyz = _xyz.Read(parsed),
        Eta = parsed.GetValue(_eta),
        Decoder = _decoder.Read(parsed),
        Preview = _preview.Read(parsed),
        Model = parsed.GetValue(_model),
        SingleFile = new SingleFileOptions { Tokenizer = parsed.GetValue(_tokenizer), Config = parsed.GetValue(_config) },
        Grid = parsed.GetValue(_grid),
        StepsStrip = parsed.GetValue(_strip),
        Verify = parsed.GetValue(_verify),
        Json = parsed.GetValue(_json),
        Force = parsed.GetValue(_force),
        Exact = parsed.GetValue(_exact),
        Bf16 = parsed.GetResult(_bf16) is { Implicit: false } ? parsed.GetValue(_bf16) : null,
        Int8 = parsed.GetValue(_int8),
    };
}
