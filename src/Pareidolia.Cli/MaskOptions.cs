using System.CommandLine;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>What was asked for about a mask.</summary>
internal sealed record MaskRequest
{
    private static readonly ChoiceOf<MaskedContent> s_contents = new(
        "--fill", ("fill", MaskedContent.Fill), ("original", MaskedContent.Original), ("noise", MaskedContent.Noise), ("nothing", MaskedContent.Nothing));

    public double? Blur { get; init; }

    public string? Content { get; init; }

    public bool Inverted { get; init; }

    public bool OnlyMasked { get; init; }

    public int? Padding { get; init; }

    public bool Soft { get; init; }

    public int? Grow { get; init; }

    /// <summary>The rules that were asked for.</summary>
    /// <param name="usual">What stands in the masked part where nothing was said.</param>
    public MaskRules Rules(MaskedContent usual)
    {
        if (Padding is not null && !OnlyMasked)
            throw new PareidoliaException("--mask-padding needs --only-masked.");
        MaskRules standard = new();
        return new MaskRules
        {
            Blur = Blur ?? standard.Blur,
            Content = Content is string name ? s_contents.Parse(name) : usual,
            Inverted = Inverted,
            OnlyMasked = OnlyMasked,
            Padding = Padding ?? standard.Padding,
            Soft = Soft,
            Grow = Grow,
        };
    }
}

/// <summary>The options of <c>pareidolia generate</c> that say how a mask is read.</summary>
internal sealed class MaskOptions
{
    private readonly Option<double?> _blur = OptionOf.Number("--mask-blur", "Pixels by which the mask is softened, else 0; the web UI's page says 4.");
    private readonly Option<string?> _content = OptionOf.Text("--fill", "WHAT",
        "What stands in the masked part before: fill (colours from around it), original, noise, nothing; else original, with --outpaint fill.");
    private readonly Option<bool> _inverted = OptionOf.Flag("--invert-mask", "Paint what is black anew, not what is white.");
    private readonly Option<bool> _only =
        OptionOf.Flag("--only-masked", "Draw the masked part alone at the size asked for, and lay it back into the picture, which keeps its own.");
    private readonly Option<int?> _padding = OptionOf.Whole("--mask-padding", "Pixels around the masked part that are drawn with it, else 32.");
    private readonly Option<bool> _soft = OptionOf.Flag("--soft-mask", "Keep the mask's shades in the web UI's noise modes, which else round them.");
    private readonly Option<int?> _grow =
        OptionOf.Whole("--grow-mask", "ComfyUI's grow_mask_by: the masked part is grey to the network, and the mask grows by a square of N pixels.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_blur, _content, _inverted, _only, _padding, _soft, _grow])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public MaskRequest Read(ParseResult parsed) => new()
    {
        Blur = parsed.GetValue(_blur),
        Content = parsed.GetValue(_content),
        Inverted = parsed.GetValue(_inverted),
        OnlyMasked = parsed.GetValue(_only),
        Padding = parsed.GetValue(_padding),
        Soft = parsed.GetValue(_soft),
        Grow = parsed.GetValue(_grow),
    };
}
