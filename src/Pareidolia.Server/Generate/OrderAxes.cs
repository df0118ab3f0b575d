using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Server.Generate;

/// <summary>The cells of an order with <c>xyz</c>: all combinations of the values along three axes. Without it there is one cell, the order itself.</summary>
internal sealed class OrderAxes
{
    private const string SearchAndReplace = "promptSr";
    private const string Script = "X/Y/Z plot";

    // The settings that may change along an axis: how the web UI calls them, and what their values are.
    private static readonly Dictionary<string, (string Label, AxisKind Kind)> s_known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["prompt"] = ("Prompt", AxisKind.Text), [SearchAndReplace] = ("Prompt S/R", AxisKind.Text), ["negativePrompt"] = ("Negative prompt", AxisKind.Text),
        ["model"] = ("Checkpoint name", AxisKind.Text), ["sampler"] = ("Sampler", AxisKind.Text), ["schedule"] = ("Schedule type", AxisKind.Text),
        ["steps"] = ("Steps", AxisKind.Whole), ["guidanceScale"] = ("CFG Scale", AxisKind.Number), ["seed"] = ("Seed", AxisKind.Whole),
        ["width"] = ("Width", AxisKind.Whole), ["height"] = ("Height", AxisKind.Whole), ["style"] = ("Styles", AxisKind.Text),
        ["clipSkip"] = ("Clip skip", AxisKind.Whole), ["denoise"] = ("Denoising", AxisKind.Number), ["eta"] = ("Eta", AxisKind.Number),
        ["variationSeed"] = ("Var. seed", AxisKind.Whole), ["variationStrength"] = ("Var. strength", AxisKind.Number),
        ["noise"] = ("RNG source", AxisKind.Text), ["precision"] = ("Precision", AxisKind.Text), ["guidanceRescale"] = ("CFG Rescale", AxisKind.Number),
    };

    private readonly PictureOrder _order;
    private readonly Axis[] _axes;
    private readonly bool _hasLegend;

    /// <summary>Reads the axes.</summary>
    /// <param name="order">The order.</param>
    /// <param name="most">Most cells.</param>
    /// <exception cref="Refusal">An axis names nothing that changes, or has no values or too many.</exception>
    public OrderAxes(PictureOrder order, int most)
    {
        _order = order with { Xyz = null };
        _axes = [Read("X", order.Xyz?.X), Read("Y", order.Xyz?.Y), Read("Z", order.Xyz?.Z)];
        _hasLegend = order.Xyz?.Legend != false;
        IsGrid = order.Xyz is { } xyz && (xyz.X ?? xyz.Y ?? xyz.Z) is not null;
        if (_axes.Aggregate(1L, (count, axis) => count * axis.Values.Count) > most)
            throw Refusal.Bad($"The grid has more than {most} pictures, which is as many as one job draws.", "xyz");
    }

    /// <summary>What may change along an axis.</summary>
    public static IEnumerable<string> Names => s_known.Keys;

    /// <summary>Whether there is an axis at all.</summary>
    public bool IsGrid { get; }

    /// <summary>How many cells there are.</summary>
    public int Cells => _axes.Aggregate(1, (count, axis) => count * axis.Values.Count);

    /// <summary>The order of each cell: X changes first, then Y, then Z.</summary>
    public IEnumerable<PictureOrder> Orders()
    {
        foreach (JsonElement z in _axes[2].Values)
            foreach (JsonElement y in _axes[1].Values)
                foreach (JsonElement x in _axes[0].Values)
                    yield return With(With(With(_order, _axes[0], x), _axes[1], y), _axes[2], z);
    }

    /// <summary>The pictures of the cells in one, with the settings of the first inside and what changes.</summary>
    public Image Draw(IReadOnlyList<Image> pictures)
    {
        LabelledGrid plane = new(pictures.Max(picture => picture.Width), pictures.Max(picture => picture.Height), Labels(_axes[0]), Labels(_axes[1]));
        LabelledGrid whole = new(plane.Width, plane.Height, Labels(_axes[2]), [""]);
        Image grid = whole.Draw([.. pictures.Chunk(_axes[0].Values.Count * _axes[1].Values.Count).Select(plane.Draw)]);
        Infotext infotext = Infotext.Parse(pictures[0].Texts[Infotext.Key]);
        infotext.Fields["Script"] = Script;
        foreach (Axis axis in _axes.Where(axis => axis.Name.Length > 0))
        {
            infotext.Fields[$"{axis.Letter} Type"] = s_known[axis.Name].Label;
            infotext.Fields[$"{axis.Letter} Values"] = string.Join(", ", axis.Values.Select(Written));
        }
        grid.Texts[Infotext.Key] = infotext.Build();
        return grid;
    }

    private static Axis Read(string letter, AxisOrder? order)
    {
        if (order is null)
            return new Axis(letter, "", [JsonElement.Parse("null")]);
        string name = s_known.Keys.FirstOrDefault(known => known.Equals(order.Axis, StringComparison.OrdinalIgnoreCase)) ?? throw Refusal.Bad(
            $"'{order.Axis}' is nothing that changes along an axis; there are {string.Join(", ", s_known.Keys)}.", $"xyz.{letter.ToLowerInvariant()}.axis");
        IReadOnlyList<JsonElement> values = order.Values switch
        {
            { ValueKind: JsonValueKind.Array } array => [.. array.EnumerateArray().Take(AxisValues.Most + 1)],
            { ValueKind: JsonValueKind.String } text => [.. AxisValues.Parse(text.GetString()!, s_known[name].Kind).Select(value => Value(value, s_known[name].Kind))],
            _ => [],
        };
        return values.Count is > 0 and <= AxisValues.Most ? new Axis(letter, name, values)
            : throw Refusal.Bad($"The axis {letter} has no values, or more than {AxisValues.Most}.", $"xyz.{letter.ToLowerInvariant()}.values");
    }

    private static JsonElement Value(string text, AxisKind kind)
    {
        if (kind == AxisKind.Text)
            return JsonSerializer.SerializeToElement(text, ServerJson.Default.String);
        return double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? JsonElement.Parse(text.TrimStart('+')) : throw Refusal.Bad($"'{text}' is no number.", "xyz");
    }

    private static PictureOrder With(PictureOrder order, Axis axis, JsonElement value)
    {
        if (axis.Name.Length == 0)
            return order;
        if (axis.Name == SearchAndReplace)
            return Replaced(order, Written(axis.Values[0]), Written(value));
        Dictionary<string, JsonElement> fields = order.Write().EnumerateObject().ToDictionary(field => field.Name, field => field.Value);
        fields[axis.Name] = value;
        return PictureOrder.Read(JsonSerializer.SerializeToElement(fields, ServerJson.Default.DictionaryStringJsonElement));
    }

    private static PictureOrder Replaced(PictureOrder order, string search, string replacement)
    {
        if (search.Length == 0 || !$"{order.Prompt}\n{order.NegativePrompt}".Contains(search, StringComparison.Ordinal))
            throw Refusal.Bad($"The prompt has no '{search}' that could be replaced.", "xyz");
        return order with
        {
            Prompt = order.Prompt?.Replace(search, replacement, StringComparison.Ordinal),
            NegativePrompt = order.NegativePrompt?.Replace(search, replacement, StringComparison.Ordinal),
        };
    }

    private string[] Labels(Axis axis) => [.. axis.Values.Select(value => axis.Name switch
    {
        _ when !_hasLegend => "",
        "" => "",
        "sampler" or "prompt" or SearchAndReplace or "model" => Written(value),
        _ => $"{s_known[axis.Name].Label}: {Written(value)}",
    })];

    private static string Written(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private sealed record Axis(string Letter, string Name, IReadOnlyList<JsonElement> Values);
}
