using System.CommandLine;
using System.Globalization;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>What was asked for about parts of the picture.</summary>
/// <param name="Areas">Each <c>x,y,w,h[,strength]: prompt</c>.</param>
/// <param name="Masks">Each <c>FILE.png[,strength]: prompt</c>.</param>
/// <param name="BoundedByMask">Whether the network sees no more than the rectangle around each mask.</param>
internal sealed record RegionRequest(string[] Areas, string[] Masks, bool BoundedByMask)
{
    /// <summary>The regions.</summary>
    /// <exception cref="PareidoliaException">One is not written as it should be, or a mask cannot be read.</exception>
    public IReadOnlyList<PromptRegion> Read()
    {
        if (BoundedByMask && Masks.Length == 0)
            throw new PareidoliaException("--region-bounds needs --region-mask FILE.png: PROMPT.");
        return [.. Areas.Select(OfArea), .. Masks.Select(OfMask)];
    }

    private static PromptRegion OfArea(string text)
    {
        (string place, string prompt) = Split(text, "--region", "0,0,0.5,1: a red apple");
        double[] numbers = [.. place.Split(',').Select(number =>
            double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
        if (numbers.Length is not (4 or 5) || numbers.Any(double.IsNaN))
            throw Refusal(text, "--region", "0,0,0.5,1: a red apple");
        bool shares = numbers[..4].All(number => number <= 1);
        return new PromptRegion(prompt)
        {
            Area = new RegionArea(numbers[0], numbers[1], numbers[2], numbers[3], shares),
            Strength = numbers.Length == 5 ? numbers[4] : 1,
        };
    }

    private PromptRegion OfMask(string text)
    {
        (string place, string prompt) = Split(text, "--region-mask", "sky.png: clouds");
        int comma = place.LastIndexOf(',');
        bool weighted = double.TryParse(comma < 0 ? "" : place[(comma + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out double strength);
        return new PromptRegion(prompt)
        {
            Mask = ImageFile.Read(weighted ? place[..comma] : place),
            Strength = weighted ? strength : 1,
            BoundedByMask = BoundedByMask,
        };
    }

    // A path may hold a colon too; behind the last colon with a space there is the prompt.
    private static (string Place, string Prompt) Split(string text, string option, string example)
    {
        int colon = text.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 ? (text[..colon].Trim(), text[(colon + 2)..].Trim()) : throw Refusal(text, option, example);
    }

    private static PareidoliaException Refusal(string text, string option, string example) => new(
        $"{option} is '{Shown.Short(text)}'; where, a colon, a space and a prompt are needed, such as \"{example}\".");
}

/// <summary>The options of <c>pareidolia generate</c> that give parts of the picture prompts of their own.</summary>
internal sealed class RegionOptions
{
    private readonly Option<string[]> _areas = new("--region")
    {
        HelpName = "x,y,w,h[,STRENGTH]: PROMPT",
        Description = "A prompt for a part of the picture, in shares of its sides or in pixels; may be given several times.",
    };
    private readonly Option<string[]> _masks = new("--region-mask")
    {
        HelpName = "FILE.png[,STRENGTH]: PROMPT",
        Description = "The same where a mask is white.",
    };
    private readonly Option<bool> _bounds =
        OptionOf.Flag("--region-bounds", "Show the network no more than the rectangle around a region's mask (ComfyUI's set_cond_area).");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_areas, _masks, _bounds])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public RegionRequest Read(ParseResult parsed) =>
        new(parsed.GetValue(_areas) ?? [], parsed.GetValue(_masks) ?? [], parsed.GetValue(_bounds));
}
