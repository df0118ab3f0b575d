using Pareidolia.Diffusion;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Cli;

/// <summary>One run of <c>pareidolia generate</c>: checks everything, draws, writes each picture as soon as it is final, reports.</summary>
internal sealed class GenerateRun(GenerateRequest request, CommandIo io)
{
    private const int StripFrames = 8;
    private const int GridGap = 4;

    private readonly List<SavedPicture> _saved = [];
    private readonly List<Image> _cells = [];
    private IReadOnlyList<NamedPrompt>? _prompts;
    private IReadOnlyList<ControlGuide>? _guides;

    /// <summary>Does it all and returns the exit code.</summary>
    public int Run()
    {
        IReadOnlyList<NamedPrompt> prompts = Prompts();
        OutputFiles files = new(request.Output, request.Force, request.Format);
        Require(!files.IsFile || prompts.Count == 1, $"-o is one file, '{request.Output}', for {prompts.Count} prompts: name a folder.");
        using LoadedModels models = Open();
        StableDiffusionPipeline pipeline = models.Pipeline;
        using PromptVerifier? verifier = request.Verify ? PromptVerifier.Load(ShippedModel.Locate(request.Model)) : null;
        (GenerateSettings settings, IReadOnlyList<PlannedPicture> plans) = Prepare(models);
        (int width, int height) = pipeline.SizeOf(settings);
        files.Encoding.Require(request.StepsStrip ? StripFrames * (width + GridGap) : width, height);
        TimeSpan loaded = io.Clock.Elapsed;
        Draw(pipeline, settings, plans, verifier, files);
        OutputFile? grid = request.Grid ? SaveGrid(files, NameOf(plans)) : null;
        GenerateReport report = new(io, settings, pipeline.Name, loaded);
        report.Write(_saved, grid, request.Json);
        return ExitCode.Done;
    }

    /// <summary>Loads the model and what joins it.</summary>
    internal LoadedModels Open()
    {
        Require(!(request.Exact && request.Bf16 == true), "--exact asks for less rounding and --bf16 for more; leave one of them out.");
        Require(!(request.Exact && request.Int8), "--exact asks for less rounding and --int8 for more; leave one of them out.");
        // What is wrong with a picture is told before the model is loaded, which takes longer.
        _ = Guides();
        ModelSource model = ShippedModel.Open(ShippedModel.Locate(request.Model), request.SingleFile);
        model.Holding = request.Memory.Holding;
        ForecastCheck.Announce(model, request, Prompts().Count, io);
        StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(
            model,
            adapters: request.Decoder.Joining(
                request.Words.AdaptersFor(Prompts().Select(prompt => prompt.Text)) with { ControlNets = request.Control.Nets }));
        foreach (string note in pipeline.Notes)
            io.Error.WriteLine($"note: {note}");
        request.SetArithmetic(pipeline);
        if (request.Bf16 == true && !ReducedPrecision.IsSupported)
            io.Error.WriteLine("note: this processor gains nothing by products of bfloat16; --bf16 changes nothing.");
        try
        {
            request.Decoder.Prepare(pipeline);
            request.Preview.Prepare(pipeline);
            return new LoadedModels(pipeline, request.Ways.Load(request.SingleFile, request.Memory.Holding));
        }
        catch
        {
            pipeline.Dispose();
            throw;
        }
    }

    /// <summary>What is to be drawn, checked, and what all of it shares.</summary>
    internal (GenerateSettings Settings, IReadOnlyList<PlannedPicture> Plans) Prepare(LoadedModels models)
    {
        GenerateSettings settings = request.Ways.ApplyTo(Settings(models.Pipeline), models.Ways);
        return (settings, Plan(Prompts(), models.Pipeline, settings));
    }

    private IReadOnlyList<ControlGuide> Guides() => _guides ??= request.Control.Guides();

    // Read once: a list may come from a pipe.
    private IReadOnlyList<NamedPrompt> Prompts() => _prompts ??= request.ReadPrompts();

    private GenerateSettings Settings(StableDiffusionPipeline pipeline)
    {
        GenerateSettings defaults = request.Words.ApplyTo(pipeline.Defaults);
        GenerateSettings settings = defaults with
        {
            Negative = request.Negative ?? defaults.Negative,
            Steps = request.Steps ?? defaults.Steps,
            Guidance = request.Guidance ?? defaults.Guidance,
            Seed = request.Seed ?? (ulong)Random.Shared.NextInt64(1L << 32),
            Count = request.Count,
            Sampler = Sampler(defaults.Sampler),
            Width = request.Size?.Width ?? defaults.Width,
            Height = request.Size?.Height ?? defaults.Height,
            Noise = request.Noise.ApplyTo(defaults.Noise),
            Controls = Guides(),
            Eta = request.Eta ?? defaults.Eta,
            GuidanceRules = request.GuidanceRules.ApplyTo(defaults.GuidanceRules),
            GuidanceRescale = request.GuidanceRules.Rescale ?? defaults.GuidanceRescale,
        };
        return request.Source.ApplyTo(settings, pipeline, sized: request.Size is not null);
    }

    private SamplerChoice? Sampler(SamplerChoice? own)
    {
        SamplerChoice? choice = request.Sampler is string name ? SamplerChoice.Parse(name) : own;
        if (request.Schedule is not string schedule)
            return choice;
        Require(choice is not null, $"--schedule {schedule} needs a --sampler: this model's own steps along timesteps of its own.");
        return choice! with { Schedule = SamplerCatalog.FindSchedule(schedule).Name };
    }

    private List<PlannedPicture> Plan(IReadOnlyList<NamedPrompt> prompts, StableDiffusionPipeline pipeline, GenerateSettings settings)
    {
        List<PlannedPicture> plans = [];
        for (int i = 0; i < prompts.Count; i++)
        {
            pipeline.Validate(settings with { Prompt = prompts[i].Text });
            GenerateSettings own = request.Words.Styled(settings, prompts[i].Text, pipeline.Settings);
            if (own.Dialect == PromptDialect.Plain)
                NoteWhatIsCut(pipeline, own.Prompt);
            string name = prompts[i].Name ?? OutputFiles.NameFor(prompts[i].Text);
            plans.AddRange(own.Pictures().Select(picture => new PlannedPicture(i, name, picture)));
        }
        return plans;
    }

    private void NoteWhatIsCut(StableDiffusionPipeline pipeline, string prompt)
    {
        Tokens tokens = pipeline.Tokenize(prompt);
        int cut = tokens.CutAt(pipeline.PromptTokens + 2);
        if (cut < prompt.Length)
            io.Error.WriteLine(
                $"note: the model reads {pipeline.PromptTokens} of the prompt's {tokens.Count} tokens; it does not see '{Shown.Short(prompt[cut..])}'.");
    }

    private void Draw(
        StableDiffusionPipeline pipeline, GenerateSettings settings, IReadOnlyList<PlannedPicture> plans, PromptVerifier? verifier, OutputFiles files)
    {
        BatchDrawing drawing = new(pipeline, settings, request.StepsStrip ? StripFrames : 0);
        PlannedPicture[][] batches = [.. plans.Chunk(pipeline.BatchSize(settings))];
        PreviewFiles previews = new(request.Preview, files, request.Force);
        List<DrawnPicture> waiting = [];
        string title = plans.Count == 1 ? "drawing" : $"drawing {plans.Count} pictures";
        ProgressLine.Show(io, title, batches.Length * pipeline.StepsOf(settings), advance =>
        {
            foreach (PlannedPicture[] batch in batches)
            {
                waiting.AddRange(drawing.Draw(batch, step =>
                {
                    io.Cancelled.ThrowIfCancellationRequested();
                    previews.Show(pipeline, batch, step);
                    advance();
                }));
                Finish(waiting, settings.Count, verifier, files);
            }
        });
    }

    // The pictures of a prompt are ranked, named and written when all of them are there.
    private void Finish(List<DrawnPicture> waiting, int count, PromptVerifier? verifier, OutputFiles files)
    {
        while (waiting.Count >= count)
        {
            IEnumerable<DrawnPicture> complete = waiting.Take(count);
            if (verifier is not null)
                complete = [.. complete.Select(drawn => Scored(drawn, verifier)).OrderByDescending(drawn => drawn.Score!.Whole)];
            foreach (DrawnPicture drawn in complete)
                Save(drawn, files);
            waiting.RemoveRange(0, count);
        }
    }

    private static DrawnPicture Scored(DrawnPicture drawn, PromptVerifier verifier) =>
        drawn with { Score = verifier.Score(drawn.Image, drawn.Plan.Request.Prompt) };

    private void Save(DrawnPicture drawn, OutputFiles files)
    {
        io.Cancelled.ThrowIfCancellationRequested();
        OutputFile file = files.Next(files.Stem(drawn.Plan.Name));
        files.Write(file, drawn.Image);
        OutputFile? strip = null;
        if (drawn.Frames.Count > 0)
        {
            strip = files.Next(Path.GetFileNameWithoutExtension(file.Path) + "-steps");
            files.Write(strip.Value, Mosaic.Strip(drawn.Frames, GridGap));
        }
        if (request.Grid)
            _cells.Add(drawn.Image);
        _saved.Add(new SavedPicture(drawn.Plan, drawn.Score, file, strip, new PictureSize(drawn.Image.Width, drawn.Image.Height)));
    }

    // A list's name stands for all of its prompts.
    private string NameOf(IReadOnlyList<PlannedPicture> plans) =>
        request.PromptsFile is string list ? OutputFiles.NameFor(Path.GetFileNameWithoutExtension(list)) : plans[0].Name;

    private OutputFile SaveGrid(OutputFiles files, string name)
    {
        OutputFile file = files.Next(files.Stem(name) + "-grid");
        files.Write(file, Mosaic.Grid(_cells, gap: GridGap));
        return file;
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new PareidoliaException(message);
    }
}
