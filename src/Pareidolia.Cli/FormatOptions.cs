using System.CommandLine;
using Pareidolia.Imaging;

namespace Pareidolia.Cli;

/// <summary>What was asked for about the pictures' files.</summary>
/// <param name="Format">png, jpeg or webp; null where the output's name decides, else PNG.</param>
/// <param name="Quality">Null for the usual one.</param>
internal sealed record FormatRequest(string? Format = null, int? Quality = null)
{
    /// <summary>How to write to a target.</summary>
    /// <exception cref="PareidoliaException">The format is none of them, or not the one that the target is named after.</exception>
    public ImageEncoding For(string? target)
    {
        ImageFormat? named = target is null || Directory.Exists(target) ? null : PictureNames.Format(target), asked = Asked();
        if (named is not null && asked is not null && asked != named)
            throw new PareidoliaException($"-o is '{target}', but --format is {Format}: name the file otherwise, or leave the format out.");
        ImageFormat format = asked ?? named ?? ImageFormat.Png;
        if (Quality is not null && format == ImageFormat.Png)
            throw new PareidoliaException($"--quality is {Quality}, but a PNG always keeps all of a picture: it is for JPEG and WebP.");
        return new ImageEncoding(format, Quality ?? ImageEncoding.UsualQuality);
    }

    private ImageFormat? Asked() => Format?.ToLowerInvariant() switch
    {
        null => null,
        "png" => ImageFormat.Png,
        "jpeg" or "jpg" => ImageFormat.Jpeg,
        "webp" => ImageFormat.WebP,
        _ => throw new PareidoliaException($"--format is '{Shown.Short(Format)}'; png, jpeg or webp is needed."),
    };
}

/// <summary>The options of <c>pareidolia generate</c> that decide what kind of file a picture is.</summary>
internal sealed class FormatOptions
{
    private readonly Option<string?> _format =
        OptionOf.Text("--format", "NAME", "png, jpeg or webp, else as the output's name ends, else png; the settings are inside each.");
    private readonly Option<int?> _quality = OptionOf.Whole(
        "--quality", $"1 to 100 for JPEG and WebP, else {ImageEncoding.UsualQuality}; WebP with 100 loses nothing.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_format, _quality])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public FormatRequest Read(ParseResult parsed) => new(parsed.GetValue(_format), parsed.GetValue(_quality));
}
