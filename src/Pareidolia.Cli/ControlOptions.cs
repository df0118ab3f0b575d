using System.CommandLine;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>What was asked for about ControlNets.</summary>
internal sealed record ControlRequest
{
    public string? Net { get; init; }

    public string? Picture { get; init; }

    public double Weight { get; init; }

    public double Start { get; init; }

    public double End { get; init; }

    /// <summary>The files to load.</summary>
    public IReadOnlyList<string> Nets => Net is null ? [] : [Net];

    /// <summary>What they look at.</summary>
    /// <exception cref="PareidoliaException">There is a network without a picture or the reverse, or the picture cannot be read.</exception>
    public IReadOnlyList<ControlGuide> Guides() => (Net, Picture) switch
    {
        (null, null) => [],
        (string, string picture) => [new ControlGuide(ImageFile.Read(picture), Weight, Start, End)],
        (null, _) => throw new PareidoliaException($"--control-image '{Picture}' is for a ControlNet; name its file with --control."),
        _ => throw new PareidoliaException($"The ControlNet '{Net}' needs a picture to look at; name it with --control-image."),
    };
}

/// <summary>The options of <c>pareidolia generate</c> that guide a picture by another one.</summary>
internal sealed class ControlOptions
{
    private readonly Option<string?> _net = OptionOf.Text("--control", "FILE|FOLDER", "A ControlNet.");
    private readonly Option<string?> _picture = OptionOf.Text("--control-image", "FILE", "What it looks at: edges, depth, a pose.");
    private readonly Option<double?> _weight = OptionOf.Number("--control-weight", "How strongly it speaks, else 1.");
    private readonly Option<double?> _start = OptionOf.Number("--control-start", "The share of the steps after which it begins, else 0.");
    private readonly Option<double?> _end = OptionOf.Number("--control-end", "The share of the steps after which it falls silent, else 1.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_net, _picture, _weight, _start, _end])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public ControlRequest Read(ParseResult parsed) => new()
    {
        Net = parsed.GetValue(_net),
        Picture = parsed.GetValue(_picture),
        Weight = parsed.GetValue(_weight) ?? 1,
        Start = parsed.GetValue(_start) ?? 0,
        End = parsed.GetValue(_end) ?? 1,
    };
}
