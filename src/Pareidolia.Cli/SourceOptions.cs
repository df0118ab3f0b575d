using System.CommandLine;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>What was asked for about a picture to start from.</summary>
internal sealed record SourceRequest(string? Picture, string? Mask, double? Strength)
{
    private static readonly ChoiceOf<FitMode> s_fits =
        new("--resize-mode", ("stretch", FitMode.Stretch), ("crop", FitMode.Crop), ("fill", FitMode.Fill));

    public string? Fit { get; init; }

    public MaskRequest Masking { get; init; } = new();

    public string? Outpaint { get; init; }

    /// <summary>Settings that start from the picture, if one was named; a picture that is drawn on beyond its edges decides the size.</summary>
    public GenerateSettings ApplyTo(GenerateSettings settings, StableDiffusionPipeline model, bool sized)
    {
        if (Picture is null && (Mask ?? (object?)Strength ?? Fit ?? Outpaint) is not null)
            throw new PareidoliaException("--mask, --strength, --resize-mode and --outpaint need --init, the picture to start from.");
        if (Picture is null)
            return Masking == new MaskRequest() ? settings : throw new PareidoliaException("The options of a mask need --init and --mask.");
        SourcePicture source = Outpaint is null
            ? new SourcePicture(ImageFile.Read(Picture)) { Mask = Mask is string mask ? ImageFile.Read(mask) : null }
            : Outpainted(ImageFile.Read(Picture), Outpaint, model.Factor);
        bool spreads = Outpaint is not null && settings.Noise.Mode.Tool() != SamplingTool.ComfyUi;
        source = source with
        {
            Strength = Strength ?? (model.EditsPictures ? 1 : source.Strength),
            Fit = Fit is string fit ? s_fits.Parse(fit) : source.Fit,
            Masking = Masking.Rules(spreads ? MaskedContent.Fill : MaskedContent.Original),
        };
        return Outpaint is null || sized
            ? settings with { Source = source }
            : settings with { Source = source, Width = source.Picture.Width, Height = source.Picture.Height };
    }

    private SourcePicture Outpainted(Image picture, string margins, int factor) => Mask is null
        ? MarginsOf.Parse(margins).For(picture, factor).Around(picture)
        : throw new PareidoliaException("--outpaint makes its own mask; leave --mask out.");
}

/// <summary>The options of <c>pareidolia generate</c> that name a picture to start from.</summary>
internal sealed class SourceOptions
{
    private readonly Option<string?> _picture = OptionOf.Text("--init", "FILE", "A picture to start from instead of noise alone.");
    private readonly Option<string?> _mask =
        OptionOf.Text("--mask", "FILE", "What of it to paint anew: white; what is black stays as it is.");
    private readonly Option<double?> _strength =
        OptionOf.Number("--strength", "How much is painted over, from above 0 to 1; else 0.75, and 1 with --outpaint and for models that edit pictures.");
    private readonly Option<string?> _fit =
        OptionOf.Text("--resize-mode", "MODE", "What becomes of a picture of another shape: stretch, crop, fill (its edges are drawn out).");
    private readonly Option<string?> _outpaint =
        OptionOf.Text("--outpaint", "MARGINS", "Draw on beyond the picture's edges: left=128,right=64,top=0,bottom=0,feather=40 (pixels).");
    private readonly MaskOptions _masking = new();

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_picture, _mask, _strength, _fit, _outpaint])
            command.Options.Add(option);
        _masking.AddTo(command);
    }

    /// <summary>Their values.</summary>
    public SourceRequest Read(ParseResult parsed) => new(parsed.GetValue(_picture), parsed.GetValue(_mask), parsed.GetValue(_strength))
    {
        Fit = parsed.GetValue(_fit),
        Masking = _masking.Read(parsed),
        Outpaint = parsed.GetValue(_outpaint),
    };
}
