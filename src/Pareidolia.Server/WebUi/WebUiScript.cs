using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Server.Generate;

namespace Pareidolia.Server.WebUi;

/// <summary>
/// The web UI's script "x/y/z plot", by its arguments' places: type, values and chosen values of X, Y and Z. Any other script is refused: a script is
/// code, and none is taken from outside.
/// </summary>
internal static class WebUiScript
{
    /// <summary>The script's name.</summary>
    public const string Name = "x/y/z plot";

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
        JsonNode?[] given = [.. arguments ?? []];
        AxisOrder?[] axes = [.. Enumerable.Range(0, 3).Select(i => Axis(given.ElementAtOrDefault(3 * i), given.ElementAtOrDefault((3 * i) + 1), given.ElementAtOrDefault((3 * i) + 2), fromPicture))];
        return order with { Xyz = new XyzOrder(axes[0], axes[1], axes[2]) };
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
