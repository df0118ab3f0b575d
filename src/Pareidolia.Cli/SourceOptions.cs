using System.CommandLine;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>What was asked for about a picture to start from.</summary>
internal sealed record SourceRequest(string? Picture, string? Mask, double? Strength)
{
    /// <summary>The picture, read; null where none was named.</summary>
    public SourcePicture? Read()
    {
        if (Picture is null && (Mask ?? (object?)Strength) is not null)
            throw new PareidoliaException("--mask and --strength need --init, the picture to start from.");
        if (Picture is null)
            return null;
        SourcePicture source = new(ImageFile.Read(Picture)) { Mask = Mask is string mask ? ImageFile.Read(mask) : null };
        return source with { Strength = Strength ?? source.Strength };
    }
}

/// <summary>The options of <c>pareidolia generate</c> that name a picture to start from.</summary>
internal sealed class SourceOptions
{
    private readonly Option<string?> _picture = OptionOf.Text("--init", "FILE", "A picture to start from instead of noise alone.");
    private readonly Option<string?> _mask =
        OptionOf.Text("--mask", "FILE", "What of it to paint anew: white; what is black stays as it is.");
    private readonly Option<double?> _strength =
        OptionOf.Number("--strength", "How much is painted over, from above 0 to 1; else 0.75.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_picture, _mask, _strength])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public SourceRequest Read(ParseResult parsed) => new(parsed.GetValue(_picture), parsed.GetValue(_mask), parsed.GetValue(_strength));
}
