using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Server.Generate;

namespace Pareidolia.Server.WebUi;

/// <summary>
/// The web UI's script "x/y/z plot", by its arguments' places: type, values and chosen values of X, Y and Z, then <see cref="Options"/>. Any other script
/// is refused: a script is code, and none is taken from outside.
/// </summary>
internal static class WebUiScript
{
    /// <summary>The script's name.</summary>
    public const string Name = "x/y/z plot";

    private const int ArgumentsOfAxes = 9;
    private const string Legend = "Draw legend";
    private const string Cells = "Include Sub Images";

    // What the plots of this program do not do has the one value that it has here.
    private static readonly (string Label, JsonNode Usual, bool IsFixed)[] s_options =
    [
        (Legend, true, false), (Cells, false, false), ("Include Sub Grids", false, true), ("Keep -1 for seeds", false, true), ("Vary seeds for X", false, true),
        ("Vary seeds for Y", false, true), ("Vary seeds for Z", false, true), ("Grid margins (px)", 0, true), ("Use text inputs instead of dropdowns", false, true),
    ];

    // The web UI's axes by their label, and what they are here; a number stands for the place in its list.
    private static readonly (string Label, string? Axis)[] s_axes =
    [
        ("Nothing", null), ("Seed", "seed"), ("Var. seed", "variationSeed"), ("Var. strength", "variationStrength"), ("Steps", "steps"),
        ("Hires steps", ""), ("CFG Scale", "guidanceScale"), ("Image CFG Scale", ""), ("Prompt S/R", "promptSr"), ("Prompt order", ""), ("Sampler", "sampler"),
        ("Hires sampler", ""), ("Checkpoint name", "model"),
    ];

    // Those behind are asked for by name alone: their places differ between versions.
    private static readonly Dictionary<string, string> s_named = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Schedule type"] = "schedule", ["Eta"] = "eta", ["Clip skip"] = "clipSkip", ["Denoising"] = "denoise", ["Styles"] = "style",
    };

    /// <summary>The order with its axes.</summary>
    /// <exception cref="Refusal">There is no such script, or an axis is not known.</exception>
    public static PictureOrder Apply(PictureOrder order, string name, JsonArray? arguments, bool fromPicture)
    {
        if (!name.Equals(Name, StringComparison.OrdinalIgnoreCase) && !name.Equals("xyz", StringComparison.OrdinalIgnoreCase))
            throw new Refusal(422, $"Script '{Refusal.Short(name)}' not found") { Field = "script_name" };
        RequireUsual(arguments);
        JsonNode?[] given = [.. arguments ?? []];
        AxisOrder?[] axes = [.. Enumerable.Range(0, 3).Select(i => Axis(given.ElementAtOrDefault(3 * i), given.ElementAtOrDefault((3 * i) + 1), given.ElementAtOrDefault((3 * i) + 2), fromPicture))];
        return order with { Xyz = new XyzOrder(axes[0], axes[1], axes[2], Flag(arguments, Legend) ? null : false) };
    }

    /// <summary>The options behind the axes, with the values that count where none are given.</summary>
    public static IEnumerable<(string Label, JsonNode Usual)> Options => s_options.Select(option => (option.Label, option.Usual.DeepClone()));

    /// <summary>Whether the answer holds each cell behind the grid.</summary>
    public static bool IncludesCells(JsonArray? arguments) => Flag(arguments, Cells);

    private static bool Flag(JsonArray? arguments, string label)
    {
        int place = Array.FindIndex(s_options, option => option.Label == label);
        JsonNode value = Option(arguments, place) ?? s_options[place].Usual;
        return value.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new Refusal(422, $"script_args: '{label}' is {Refusal.Short(value.ToJsonString())}; true or false is needed.") { Field = "script_args" },
        };
    }

    private static JsonNode? Option(JsonArray? arguments, int place) => (arguments ?? []).ElementAtOrDefault(ArgumentsOfAxes + place);

    private static void RequireUsual(JsonArray? arguments)
    {
        foreach ((int place, (string label, JsonNode usual, _)) in s_options.Index().Where(option => option.Item.IsFixed))
            if (Option(arguments, place) is JsonNode value && !JsonNode.DeepEquals(value, usual))
                throw WebUiErrors.Unsupported($"script_args: '{label}' = {Refusal.Short(value.ToJsonString())}", $"it is {usual.ToJsonString()}");
    }

    private static AxisOrder? Axis(JsonNode? type, JsonNode? values, JsonNode? chosen, bool fromPicture)
    {
        string label = type?.GetValueKind() switch
        {
            null or JsonValueKind.Null => "Nothing",
            JsonValueKind.String => type.GetValue<string>(),
            JsonValueKind.Number => Listed(type, fromPicture),
            _ => throw new Refusal(422, "script_args: the type of an axis is neither a number nor a name.") { Field = "script_args" },
        };
        int place = Array.FindIndex(s_axes, known => known.Label.Equals(label, StringComparison.OrdinalIgnoreCase));
        string? axis = place >= 0 ? s_axes[place].Axis : s_named.GetValueOrDefault(label, "");
        if (axis is null)
            return null;
        if (axis.Length == 0)
            throw WebUiErrors.Unsupported($"The axis '{label}'", $"{string.Join(", ", s_axes.Where(known => known.Axis is { Length: > 0 }).Select(known => known.Label).Concat(s_named.Keys))} are known");
        return new AxisOrder(axis, chosen is JsonArray { Count: > 0 } list ? JsonElement.Parse(list.ToJsonString()) : JsonElement.Parse(values?.ToJsonString() ?? "\"\""));
    }

    // Axes for one of the two kinds alone are not in the other's list.
    private static string Listed(JsonNode type, bool fromPicture)
    {
        string[] labels = [.. s_axes.Select(axis => axis.Label).Where(label => fromPicture ? !label.StartsWith("Hires", StringComparison.Ordinal) : label != "Image CFG Scale")];
        return int.TryParse(type.ToJsonString(), out int place) && place >= 0 && place < labels.Length ? labels[place]
            : throw new Refusal(422, $"script_args: the type of an axis is {type.ToJsonString()}; a number below {labels.Length}, or the axis's name, is needed.") { Field = "script_args" };
    }
}
