using System.CommandLine;
using Pareidolia.Pipelines;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Cli;

/// <summary>What was asked for about the way a picture is made: a second pass, another model, edges that meet, regions.</summary>
internal sealed record WayRequest
{
    private static readonly ChoiceOf<Tiling> s_tilings = new("--tiling", ("both", Tiling.Both), ("x", Tiling.X), ("y", Tiling.Y));

    public HiresRequest Hires { get; init; } = new();

    public RegionRequest Regions { get; init; } = new([], [], false);

    public string? Refiner { get; init; }

    public double? RefinerSwitch { get; init; }

    public string? MeetingEdges { get; init; }

    public double? ImageGuidance { get; init; }

    /// <summary>The models besides the first one; the caller disposes them.</summary>
    /// <param name="options">Where a single file's vocabulary is.</param>
    /// <param name="holding">How weights are held.</param>
    public WayModels Load(SingleFileOptions options, WeightHolding holding)
    {
        if (Refiner is null && RefinerSwitch is not null)
            throw new PareidoliaException("--refiner-switch needs --refiner, the model that takes over.");
        PictureUpscaler? upscaler = Hires.LoadUpscaler();
        try
        {
            ModelSource? refiner = Refiner is null ? null : ShippedModel.Open(Refiner, options with { Config = null });
            refiner?.Holding = holding;
            return new WayModels(upscaler, refiner is null ? null : StableDiffusionPipeline.Load(refiner));
        }
        catch
        {
            upscaler?.Dispose();
            throw;
        }
    }

    /// <summary>Settings with what was asked for in place.</summary>
    public GenerateSettings ApplyTo(GenerateSettings settings, WayModels models)
    {
        RefinerHandOver? handOver = models.Refiner is null ? null : new RefinerHandOver(models.Refiner);
        return settings with
        {
            Hires = Hires.Read(models.Upscaler),
            Refiner = handOver is null ? null : handOver with { SwitchAt = RefinerSwitch ?? handOver.SwitchAt },
            Tiling = MeetingEdges is string axes ? s_tilings.Parse(axes) : settings.Tiling,
            ImageGuidance = ImageGuidance ?? settings.ImageGuidance,
            Regions = Regions.Read(),
        };
    }
}

/// <summary>Models that join a run beside the one that draws.</summary>
/// <param name="Upscaler">Enlarges between two passes.</param>
/// <param name="Refiner">Takes over before the end.</param>
internal sealed record WayModels(PictureUpscaler? Upscaler, StableDiffusionPipeline? Refiner) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Upscaler?.Dispose();
        Refiner?.Dispose();
    }
}

/// <summary>The options of <c>pareidolia generate</c> for ways to make a picture.</summary>
internal sealed class WayOptions
{
    private readonly HiresOptions _hires = new();
    private readonly RegionOptions _regions = new();
    private readonly Option<string?> _refiner =
        OptionOf.Text("--refiner", "FOLDER|FILE", "A model that takes over before the end, such as SDXL's refiner.");
    private readonly Option<double?> _switch =
        OptionOf.Number("--refiner-switch", "The share of the run, 0 to 1, after which it does, else 0.8 (diffusers' denoising_end).");
    private readonly Option<string?> _tiling = new("--tiling")
    {
        HelpName = "both|x|y",
        Description = "Make a picture that continues itself when laid side by side; without a word, both ways.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<double?> _imageGuidance =
        OptionOf.Number("--image-guidance", "How strongly a model that edits pictures (instruct-pix2pix) keeps to the picture, else 1.5.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        _hires.AddTo(command);
        _regions.AddTo(command);
        foreach (Option option in (Option[])[_refiner, _switch, _tiling, _imageGuidance])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public WayRequest Read(ParseResult parsed) => new()
    {
        Hires = _hires.Read(parsed),
        Regions = _regions.Read(parsed),
        Refiner = parsed.GetValue(_refiner),
        RefinerSwitch = parsed.GetValue(_switch),
        MeetingEdges = parsed.GetValue(_tiling) ?? (parsed.GetResult(_tiling) is { Implicit: false } ? "both" : null),
        ImageGuidance = parsed.GetValue(_imageGuidance),
    };
}
