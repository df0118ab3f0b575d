using System.CommandLine;
using Pareidolia.Diffusion;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>What was asked for about a second pass at a larger size.</summary>
internal sealed record HiresRequest
{
    public double? Scale { get; init; }

    public PictureSize? Size { get; init; }

    public int? Steps { get; init; }

    public double? Strength { get; init; }

    public string? Upscaler { get; init; }

    public string? Prompt { get; init; }

    public string? Negative { get; init; }

    public string? Sampler { get; init; }

    /// <summary>What a forecast needs of the second pass, within bounds; null where there is none.</summary>
    public HiresFix? Clamped(int mostSide) => (Scale, Size) switch
    {
        (_, PictureSize size) => new HiresFix { Size = (Math.Clamp(size.Width, 1, mostSide), Math.Clamp(size.Height, 1, mostSide)), Steps = Steps },
        (double scale, _) when scale is > 1 and <= 8 => new HiresFix { Scale = scale, Steps = Steps },
        _ => null,
    };

    /// <summary>The network that enlarges, loaded; null where none was named.</summary>
    public PictureUpscaler? LoadUpscaler() => Upscaler is null || HiresFix.Upscalers.Contains(Upscaler, StringComparer.OrdinalIgnoreCase)
        ? null
        : Path.Exists(Upscaler) ? PictureUpscaler.Load(Upscaler) : throw new PareidoliaException(
            $"--hires-upscaler is '{Shown.Short(Upscaler)}'; one of {string.Join(", ", HiresFix.Upscalers)}, or the file of an upscaling network, is needed.");

    /// <summary>The second pass; null where none was asked for.</summary>
    /// <param name="network">From <see cref="LoadUpscaler"/>.</param>
    /// <exception cref="PareidoliaException">Something was said of it, but not how large it is; or a name is not known.</exception>
    public HiresFix? Read(PictureUpscaler? network)
    {
        if (Scale is null && Size is null)
            return this == new HiresRequest() ? null : throw new PareidoliaException(
                "The options of a second pass need --hires 2, how many times as large, or --hires-size.");
        if (Scale is not null && Size is not null)
            throw new PareidoliaException("Both --hires and --hires-size were given; one of them is needed.");
        HiresFix standard = new();
        return standard with
        {
            Scale = Scale ?? standard.Scale,
            Size = Size is PictureSize size ? (size.Width, size.Height) : null,
            Steps = Steps,
            Strength = Strength ?? standard.Strength,
            Upscaler = Upscaler ?? standard.Upscaler,
            Network = network,
            Prompt = Prompt,
            Negative = Negative,
            Sampler = Sampler is string name ? SamplerChoice.Parse(name) : null,
        };
    }
}

/// <summary>The options of <c>pareidolia generate</c> for a second pass at a larger size.</summary>
internal sealed class HiresOptions
{
    private readonly Option<double?> _scale = OptionOf.Number("--hires", "Draw once more, X times as large, from what the first pass drew.");
    private readonly Option<PictureSize?> _size = OptionOf.Size("--hires-size", "The same, of this size; a side of 0 follows from the other.");
    private readonly Option<int?> _steps = OptionOf.Whole("--hires-steps", "Steps of the second pass, else as many as the first takes.");
    private readonly Option<double?> _strength = OptionOf.Number("--hires-strength", "How much the second pass paints over, above 0 to 1; else 0.7.");
    private readonly Option<string?> _upscaler = OptionOf.Text("--hires-upscaler", "NAME|FILE",
        $"What enlarges between the passes: {string.Join(", ", HiresFix.Upscalers)}, or a network's file; else Latent.");
    private readonly Option<string?> _prompt = OptionOf.Text("--hires-prompt", "TEXT", "What the second pass draws, else the same.");
    private readonly Option<string?> _negative = OptionOf.Text("--hires-negative", "TEXT", "What it stays away from, else the same.");
    private readonly Option<string?> _sampler = OptionOf.Text("--hires-sampler", "NAME", "Its sampler, else the same.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_scale, _size, _steps, _strength, _upscaler, _prompt, _negative, _sampler])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public HiresRequest Read(ParseResult parsed) => new()
    {
        Scale = parsed.GetValue(_scale),
        Size = parsed.GetValue(_size),
        Steps = parsed.GetValue(_steps),
        Strength = parsed.GetValue(_strength),
        Upscaler = parsed.GetValue(_upscaler),
        Prompt = parsed.GetValue(_prompt),
        Negative = parsed.GetValue(_negative),
        Sampler = parsed.GetValue(_sampler),
    };
}
