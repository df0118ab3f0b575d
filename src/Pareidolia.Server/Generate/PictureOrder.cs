using System.Text.Json;
using System.Text.Json.Serialization;
using Pareidolia.Server.Http;

namespace Pareidolia.Server.Generate;

/// <summary>
/// The settings of a job of kind <c>generate</c>, as clients write them. What is null follows from the model; once a job is accepted, nothing is left
/// to chance.
/// </summary>
internal sealed record PictureOrder
{
    public string? Kind { get; init; }

    public int? Priority { get; init; }

    public string? Prompt { get; init; }

    public string? NegativePrompt { get; init; }

    public string? Model { get; init; }

    public string? Sampler { get; init; }

    public string? Schedule { get; init; }

    public int? Steps { get; init; }

    public double? GuidanceScale { get; init; }

    public double? GuidanceRescale { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    [JsonConverter(typeof(SeedConverter))]
    public ulong? Seed { get; init; }

    public int? Count { get; init; }

    public string? Style { get; init; }

    public IReadOnlyList<LoraOrder>? Loras { get; init; }

    public int? ClipSkip { get; init; }

    public string? Tiling { get; init; }

    public double? Eta { get; init; }

    /// <summary>The smallest sigma at which guidance acts (the web UI's negative guidance minimum sigma).</summary>
    public double? Ngms { get; init; }

    /// <summary>How strongly a model that edits pictures keeps to the picture.</summary>
    public double? ImageGuidance { get; init; }

    public string? InitPicture { get; init; }

    public double? Denoise { get; init; }

    public string? ResizeMode { get; init; }

    public string? Mask { get; init; }

    public double? MaskBlur { get; init; }

    public bool? MaskInvert { get; init; }

    public bool? OnlyMasked { get; init; }

    public bool? SoftMask { get; init; }

    public int? MaskPadding { get; init; }

    public string? InpaintFill { get; init; }

    /// <summary>Pixels to draw on beyond the picture's edges.</summary>
    public OutpaintOrder? Outpaint { get; init; }

    public HiresOrder? Hires { get; init; }

    /// <summary>A model that takes over before the end.</summary>
    public RefinerOrder? Refiner { get; init; }

    /// <summary>ControlNets, each with a picture that it looks at.</summary>
    public IReadOnlyList<ControlOrder>? Controls { get; init; }

    public XyzOrder? Xyz { get; init; }

    /// <summary>A picture of the gallery whose settings count where none are given, and whose noise is varied.</summary>
    public string? VariationOf { get; init; }

    public double? VariationStrength { get; init; }

    [JsonConverter(typeof(SeedConverter))]
    public ulong? VariationSeed { get; init; }

    public int? SeedDelta { get; init; }

    public string? SeedResize { get; init; }

    public string? Dialect { get; init; }

    public string? Noise { get; init; }

    public string? Precision { get; init; }

    public int? PreviewEvery { get; init; }

    /// <summary>What is not known. It can be set because the reader asks for that.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>Reads one.</summary>
    /// <exception cref="Refusal">It is none; the sentence names the setting that is at fault.</exception>
    public static PictureOrder Read(JsonElement json)
    {
        PictureOrder order = JsonBody.As(json, SettingsJson.Default.PictureOrder);
        RefuseUnknown("", order.Unknown);
        RefuseUnknown("hires.", order.Hires?.Unknown);
        RefuseUnknown("refiner.", order.Refiner?.Unknown);
        foreach ((int i, ControlOrder? control) in (order.Controls ?? []).Index())
            RefuseUnknown($"controls[{i}].", control?.Unknown);
        return order;
    }

    /// <summary>Whether a picture's settings are an order: a graph's hold nodes in the place of a prompt, those of other kinds of jobs none.</summary>
    public static bool IsOne(JsonElement settings) =>
        settings.ValueKind == JsonValueKind.Object && JsonBody.Text(settings, "prompt") is not null && JsonBody.Text(settings, "kind") is null or GenerateJobs.Kind;

    /// <summary>What it says, without what it does not say.</summary>
    public JsonElement Write() => JsonSerializer.SerializeToElement(this, SettingsJson.Default.PictureOrder);

    private static void RefuseUnknown(string above, Dictionary<string, JsonElement>? unknown)
    {
        if (unknown?.Keys.FirstOrDefault() is string name)
            throw Refusal.Bad($"There is no setting '{above}{Refusal.Short(name)}' of pictures; GET /openapi/v1.json lists all.", $"{above}{name}");
    }
}

/// <summary>A LoRA by the name of its file, without the ending.</summary>
internal sealed record LoraOrder(string? Name, double? Weight, double? TextWeight);

/// <summary>Pixels beyond each edge; null is none, and 40 for the feather.</summary>
internal sealed record OutpaintOrder(int? Left, int? Top, int? Right, int? Bottom, int? Feather);

/// <summary>A second pass at a larger size.</summary>
internal sealed record HiresOrder
{
    public double? Scale { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    public string? Upscaler { get; init; }

    public int? Steps { get; init; }

    public double? Denoise { get; init; }

    public string? Sampler { get; init; }

    public string? Schedule { get; init; }

    public string? Prompt { get; init; }

    public string? NegativePrompt { get; init; }

    /// <summary>What is not known. It can be set because the reader asks for that.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>A second model for the end of a run.</summary>
internal sealed record RefinerOrder
{
    /// <summary>One of the models.</summary>
    public string? Model { get; init; }

    /// <summary>The share of the run, 0 to 1, after which it takes over; null is 0.8.</summary>
    public double? SwitchAt { get; init; }

    /// <summary>What is not known. It can be set because the reader asks for that.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>A ControlNet and what it looks at.</summary>
internal sealed record ControlOrder
{
    /// <summary>One of the ControlNets.</summary>
    public string? Model { get; init; }

    /// <summary>An upload or a picture of the gallery: edges, depth, a pose.</summary>
    public string? Picture { get; init; }

    /// <summary>How strongly it speaks, 0 to 10; null is 1, as it was trained.</summary>
    public double? Strength { get; init; }

    /// <summary>The share of the steps, 0 to 1, after which it begins; null is 0.</summary>
    public double? Start { get; init; }

    /// <summary>The share of the steps, 0 to 1, after which it falls silent; null is 1.</summary>
    public double? End { get; init; }

    /// <summary>How a picture of another shape is fitted: stretch, crop or fill; null is stretch.</summary>
    public string? ResizeMode { get; init; }

    /// <summary>What is not known. It can be set because the reader asks for that.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>A grid of all combinations of some settings' values.</summary>
/// <param name="X">What changes from column to column.</param>
/// <param name="Y">From row to row.</param>
/// <param name="Z">From one block of them to the next.</param>
/// <param name="Legend">Whether the values stand beside the pictures; null is yes.</param>
internal sealed record XyzOrder(AxisOrder? X, AxisOrder? Y, AxisOrder? Z, bool? Legend = null);

/// <summary>One axis of a grid.</summary>
/// <param name="Axis">A setting's name, or <c>promptSr</c>: its first value in the prompt becomes each of them.</param>
/// <param name="Values">JSON values, or one text in the web UI's form: <c>1-10 (+3)</c>.</param>
internal sealed record AxisOrder(string? Axis, JsonElement? Values);

/// <summary>Seeds: whole numbers from 0 to 2^64 - 1, also in quotes; -1 and null are any.</summary>
internal sealed class SeedConverter : JsonConverter<ulong?>
{
    /// <inheritdoc/>
    public override ulong? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetUInt64(out ulong number) ? number : reader.TryGetInt64(out long sign) && sign == -1 ? null : throw new JsonException();
        if (reader.TokenType != JsonTokenType.String || reader.GetString() is not string text)
            throw new JsonException();
        return text is "" or "-1" ? null : ulong.TryParse(text, out ulong written) ? written : throw new JsonException();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ulong? value, JsonSerializerOptions options)
    {
        if (value is ulong seed)
            writer.WriteNumberValue(seed);
        else
            writer.WriteNullValue();
    }
}

/// <summary>Orders as JSON: what is null is left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(FiniteConverter)])]
[JsonSerializable(typeof(PictureOrder))]
internal sealed partial class SettingsJson : JsonSerializerContext;
