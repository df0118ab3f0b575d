using System.CommandLine;
using Pareidolia.Diffusion.Randomness;

namespace Pareidolia.Cli;

/// <summary>What was asked for about the noise. What is null follows from the model.</summary>
internal sealed record NoiseRequest
{
    public string? Mode { get; init; }

    public int? SeedDelta { get; init; }

    public ulong? VariationSeed { get; init; }

    public double? VariationStrength { get; init; }

    public PictureSize? ResizeFrom { get; init; }

    /// <summary>The model's settings with what was asked for in place.</summary>
    public NoiseSettings ApplyTo(NoiseSettings settings) => settings with
    {
        Mode = Mode is string name ? NoiseModes.Parse(name) : settings.Mode,
        SeedDelta = SeedDelta ?? settings.SeedDelta,
        VariationStrength = VariationStrength ?? settings.VariationStrength,
        VariationSeed = VariationSeed ?? (ulong)Random.Shared.NextInt64(1L << 32),
        ResizeFrom = ResizeFrom is PictureSize size ? (size.Height, size.Width) : settings.ResizeFrom,
    };
}

/// <summary>The options of <c>pareidolia generate</c> that decide what a seed's noise is.</summary>
internal sealed class NoiseOptions
{
    private readonly Option<string?> _mode = OptionOf.Text("--noise", "MODE",
        $"Whose random numbers a seed stands for: {string.Join(", ", NoiseModes.Names)}.");
    private readonly Option<int?> _delta =
        OptionOf.Whole("--ensd", "The web UI's eta noise seed delta: the steps' noise comes from seed + N.");
    private readonly Option<SeedChoice?> _variationSeed =
        OptionOf.Seed("--variation-seed", "Another seed, whose noise the start is turned towards; else one at random.");
    private readonly Option<double?> _variationStrength =
        OptionOf.Number("--variation-strength", "How far, 0 to 1. Above 0 all pictures keep the seed and variation seeds count up.");
    private readonly Option<PictureSize?> _resizeFrom =
        OptionOf.Size("--seed-resize", "Keep the composition that the seed has at this size.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_mode, _variationSeed, _variationStrength, _resizeFrom, _delta])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public NoiseRequest Read(ParseResult parsed) => new()
    {
        Mode = parsed.GetValue(_mode),
        SeedDelta = parsed.GetValue(_delta),
        VariationSeed = parsed.GetValue(_variationSeed)?.Value,
        VariationStrength = parsed.GetValue(_variationStrength),
        ResizeFrom = parsed.GetValue(_resizeFrom),
    };
}
