using System.CommandLine;
using Pareidolia.Diffusion;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>What was asked for about guidance beyond its scale. What is null follows from the model.</summary>
internal sealed record GuidanceRequest
{
    public double? Rescale { get; init; }

    public double? Start { get; init; }

    public double? End { get; init; }

    public double? SkipEarly { get; init; }

    public double? MinimumSigma { get; init; }

    public double? Mimic { get; init; }

    public double? MimicPercentile { get; init; }

    public double? Perturbed { get; init; }

    /// <summary>The model's rules with what was asked for in place.</summary>
    public GuidanceRules ApplyTo(GuidanceRules rules) => rules with
    {
        Start = Start ?? rules.Start,
        End = End ?? rules.End,
        SkipEarly = SkipEarly ?? rules.SkipEarly,
        MinimumSigma = MinimumSigma ?? rules.MinimumSigma,
        Perturbed = Perturbed ?? rules.Perturbed,
        Mimic = Mimic is double scale ? new MimicThreshold(scale, MimicPercentile ?? 1)
            : MimicPercentile is null ? rules.Mimic : throw new PareidoliaException("--mimic-percentile needs --mimic-guidance X."),
    };
}

/// <summary>The options of <c>pareidolia generate</c> that shape guidance.</summary>
internal sealed class GuidanceOptions
{
    private readonly Option<double?> _rescale =
        OptionOf.Number("--guidance-rescale", "Share, 0 to 1, in which guidance keeps the prediction's own deviation; against glaring colours.");
    private readonly Option<double?> _start =
        OptionOf.Number("--guidance-start", "Where guidance begins, 0 (pure noise) to 1 (the picture).");
    private readonly Option<double?> _end = OptionOf.Number("--guidance-end", "Where it ends, 0 to 1.");
    private readonly Option<double?> _skipEarly =
        OptionOf.Number("--skip-early-guidance", "The web UI's skip early CFG: share of the run, 0 to 1, before guidance begins.");
    private readonly Option<double?> _minimumSigma =
        OptionOf.Number("--ngms", "The web UI's negative guidance minimum sigma: below it, every other step goes without guidance.");
    private readonly Option<double?> _mimic =
        OptionOf.Number("--mimic-guidance", "Dynamic thresholding: the guidance whose range of values strong guidance keeps to.");
    private readonly Option<double?> _mimicPercentile =
        OptionOf.Number("--mimic-percentile", "The share, 0 to 1, of values that its range is read from.");
    private readonly Option<double?> _perturbed =
        OptionOf.Number("--pag", "Scale of perturbed-attention guidance; 3 is usual. Takes half as long again.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_rescale, _start, _end, _skipEarly, _minimumSigma, _mimic, _mimicPercentile, _perturbed])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public GuidanceRequest Read(ParseResult parsed) => new()
    {
        Rescale = parsed.GetValue(_rescale),
        Start = parsed.GetValue(_start),
        End = parsed.GetValue(_end),
        SkipEarly = parsed.GetValue(_skipEarly),
        MinimumSigma = parsed.GetValue(_minimumSigma),
        Mimic = parsed.GetValue(_mimic),
        MimicPercentile = parsed.GetValue(_mimicPercentile),
        Perturbed = parsed.GetValue(_perturbed),
    };
}
