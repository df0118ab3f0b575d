using System.Globalization;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>Margins as the command line writes them: <c>left=128,right=64,feather=40</c>.</summary>
internal static class MarginsOf
{
    /// <summary>Reads them; edges that are not named stay.</summary>
    /// <exception cref="PareidoliaException">A name or a number is none.</exception>
    public static OutpaintMargins Parse(string text)
    {
        OutpaintMargins margins = new();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] sides = part.Split('=', StringSplitOptions.TrimEntries);
            if (sides.Length != 2 || !int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out int pixels))
                throw Refusal(text);
            margins = sides[0].ToLowerInvariant() switch
            {
                "left" => margins with { Left = pixels },
                "top" => margins with { Top = pixels },
                "right" => margins with { Right = pixels },
                "bottom" => margins with { Bottom = pixels },
                "feather" => margins with { Feather = pixels },
                _ => throw Refusal(text),
            };
        }
        return margins;
    }

    private static PareidoliaException Refusal(string text) => new(
        $"--outpaint is '{Shown.Short(text)}'; pixels beyond edges are needed, such as left=128,right=64, of left, top, right, bottom and feather.");
}
