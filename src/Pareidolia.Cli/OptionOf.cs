using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Pareidolia.Cli;

/// <summary>Options whose errors say what was given and what would be right.</summary>
internal static class OptionOf
{
    /// <summary>A text.</summary>
    public static Option<string?> Text(string name, string valueName, string description, params string[] aliases) =>
        new(name, aliases) { HelpName = valueName, Description = description };

    /// <summary>Yes where it is given.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>A whole number; null where it is not given.</summary>
    public static Option<int?> Whole(string name, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result => int.TryParse(Value(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : Refuse<int?>(result, $"{name} is '{Shown.Short(Value(result))}'; a whole number is needed."),
    };

    /// <summary>A number, which may be what no command wants (NaN): who uses it checks the range. Null where it is not given.</summary>
    public static Option<double?> Number(string name, string description) => new(name)
    {
        HelpName = "X",
        Description = description,
        CustomParser = result => double.TryParse(Value(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : Refuse<double?>(result, $"{name} is '{Shown.Short(Value(result))}'; a number is needed."),
    };

    /// <summary>A seed, 0 to 2^64 - 1, or -1, which other tools write for any; null where it is not given.</summary>
    public static Option<SeedChoice?> Seed(string name, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result =>
        {
            if (Value(result) == "-1")
                return new SeedChoice(null);
            return ulong.TryParse(Value(result), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
                ? new SeedChoice(seed)
                : Refuse<SeedChoice>(result, $"{name} is '{Shown.Short(Value(result))}'; a whole number from 0 to {ulong.MaxValue}, or -1 for any, is needed.");
        },
    };

    /// <summary><c>64</c> or <c>96x64</c> (width x height); null where it is not given.</summary>
    public static Option<PictureSize?> Size(string name, string description) => new(name)
    {
        HelpName = "N|WxH",
        Description = description,
        CustomParser = result => PictureSize.TryParse(Value(result), out PictureSize size)
            ? size
            : Refuse<PictureSize?>(result, $"{name} is '{Shown.Short(Value(result))}'; a size such as 64 or 96x64 is needed."),
    };

    private static string Value(ArgumentResult result) => result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";

    private static T? Refuse<T>(ArgumentResult result, string message)
    {
        result.AddError(message);
        return default;
    }
}

/// <summary>A seed; any where <paramref name="Value"/> is null.</summary>
internal sealed record SeedChoice(ulong? Value);

/// <summary>Width and height in pixels.</summary>
internal readonly record struct PictureSize(int Width, int Height)
{
    /// <summary>Reads <c>64</c> as a square or <c>96x64</c> as width x height.</summary>
    public static bool TryParse(string text, out PictureSize size)
    {
        string[] sides = text.Split('x', 'X');
        size = default;
        if (sides.Length > 2 || !Side(sides[0], out int width) || !Side(sides[^1], out int height))
            return false;
        size = new PictureSize(width, height);
        return true;
    }

    private static bool Side(string text, out int side) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out side);
}
