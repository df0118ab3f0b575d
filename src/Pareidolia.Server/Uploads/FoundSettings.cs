using System.Globalization;
using System.Text.Json;
using Pareidolia.Diffusion;
using Pareidolia.Imaging;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.WebUi;
using Pareidolia.Text.Prompts;

namespace Pareidolia.Server.Uploads;

/// <summary>How a picture says it was made.</summary>
/// <param name="Source">Whose words these are: <c>a1111</c>, <c>comfyui</c>, <c>pareidolia</c>; null where it says nothing.</param>
/// <param name="Settings">The same as an order; null where it says nothing.</param>
/// <param name="Workflow">ComfyUI's graph; null where there is none.</param>
/// <param name="Infotext">The web UI's text; null where there is none.</param>
internal sealed record FoundSettings(string? Source, JsonElement? Settings, JsonElement? Workflow, string? Infotext)
{
    /// <summary>Reads what a picture's texts say.</summary>
    public static FoundSettings In(Image image)
    {
        string? infotext = image.Texts.GetValueOrDefault(Pareidolia.Imaging.Infotext.Key);
        if (Json(image, PictureStore.SettingsKey) is JsonElement own && PictureOrder.IsOne(own))
            return new FoundSettings("pareidolia", own, Json(image, "workflow"), infotext);
        if (Json(image, "prompt") is JsonElement graph)
            return new FoundSettings("comfyui", GraphSettings.Read(graph)?.Write(), Json(image, "workflow") ?? graph, infotext);
        if (infotext is null || OfInfotext(Pareidolia.Imaging.Infotext.Parse(infotext)) is not PictureOrder order)
            return new FoundSettings(null, null, Json(image, "workflow"), infotext);
        return new FoundSettings("a1111", order.Write(), null, infotext);
    }

    /// <summary>An infotext as an order; null where it says no more than a prompt.</summary>
    public static PictureOrder? OfInfotext(Infotext infotext)
    {
        if (infotext.Fields.Count == 0)
            return null;
        OrderedDictionary<string, string> fields = infotext.ToParameters();
        double? variation = Number(fields, "Variation seed strength");
        return new PictureOrder
        {
            Prompt = infotext.Prompt,
            NegativePrompt = infotext.NegativePrompt,
            Model = fields.GetValueOrDefault("Model"),
            Sampler = fields.GetValueOrDefault("Sampler") is string sampler ? SamplerCatalog.TryFind(sampler)?.Name ?? sampler : null,
            Schedule = Schedule(fields, "Schedule type"),
            Steps = Whole(fields, "Steps"),
            GuidanceScale = Number(fields, "CFG scale"),
            Seed = Seed(fields, "Seed"),
            Width = Whole(fields, "Size-1"),
            Height = Whole(fields, "Size-2"),
            ClipSkip = fields.GetValueOrDefault("Clip skip") is "1" ? null : Whole(fields, "Clip skip"),
            Eta = Number(fields, "Eta"),
            VariationSeed = variation > 0 ? Seed(fields, "Variation seed") : null,
            VariationStrength = variation > 0 ? variation : null,
            SeedDelta = Whole(fields, "ENSD"),
            SeedResize = Whole(fields, "Seed resize from-1") is > 0 and int wide && Whole(fields, "Seed resize from-2") is > 0 and int high ? $"{wide}x{high}" : null,
            Ngms = Number(fields, "NGMS"),
            Tiling = fields.GetValueOrDefault("Tiling") == "True" ? "both" : fields.GetValueOrDefault("Tiling axis"),
            Hires = Hires(fields),
            Refiner = fields.GetValueOrDefault("Refiner") is string refiner ? new RefinerOrder { Model = refiner, SwitchAt = Number(fields, "Refiner switch at") } : null,
            Controls = Controls(fields),
            Noise = fields.GetValueOrDefault("Noise mode") ?? (IsOwn(infotext) ? null : fields.GetValueOrDefault("RNG") == "CPU" ? "a1111-cpu" : "a1111-gpu"),
            Dialect = fields.GetValueOrDefault("Prompt dialect") ?? (!IsOwn(infotext) && HasWeights(infotext) ? "a1111" : null),
        };
    }

    private static bool IsOwn(Infotext infotext) => infotext.Fields.GetValueOrDefault("Version")?.StartsWith("pareidolia", StringComparison.Ordinal) == true;

    // Without brackets and the like all dialects read the same words.
    private static bool HasWeights(Infotext infotext) =>
        ((string[])[infotext.Prompt, infotext.NegativePrompt]).Any(text => PromptDialects.WordsOf(PromptDialect.A1111, text) != text);

    private static HiresOrder? Hires(OrderedDictionary<string, string> fields)
    {
        double? scale = Number(fields, "Hires upscale");
        int? width = Whole(fields, "Hires resize-1");
        return scale is null && width is null ? null : new HiresOrder
        {
            Scale = scale,
            Width = width,
            Height = Whole(fields, "Hires resize-2"),
            Steps = Whole(fields, "Hires steps"),
            Upscaler = fields.GetValueOrDefault("Hires upscaler"),
            Denoise = Number(fields, "Denoising strength"),
            Sampler = SamplerCatalog.TryFind(fields["Hires sampler"])?.Name,
            Schedule = Schedule(fields, "Hires schedule type"),
            Prompt = fields["Hires prompt"] is { Length: > 0 } prompt ? prompt : null,
            NegativePrompt = fields["Hires negative prompt"] is { Length: > 0 } negative ? negative : null,
        };
    }

    // "Automatic" and "Use same scheduler" name none.
    private static string? Schedule(OrderedDictionary<string, string> fields, string name) => SamplerCatalog.TryFindSchedule(fields[name])?.Name;

    // What the networks looked at is in no infotext.
    private static ControlOrder[]? Controls(OrderedDictionary<string, string> fields)
    {
        ControlOrder[] told = [.. fields.Where(field => field.Key.StartsWith("ControlNet ", StringComparison.Ordinal) && field.Value.Contains("Model: ", StringComparison.Ordinal)).Select(field => Control(field.Value))];
        return told.Length > 0 ? told : null;
    }

    private static ControlOrder Control(string unit)
    {
        OrderedDictionary<string, string> fields = [];
        foreach (string[] field in unit.Split(", ").Select(part => part.Split(": ", 2)).Where(field => field.Length == 2))
            fields[field[0]] = field[1];
        return new ControlOrder
        {
            Model = fields.GetValueOrDefault("Model"),
            Strength = Number(fields, "Weight"),
            Start = Number(fields, "Guidance Start"),
            End = Number(fields, "Guidance End"),
            ResizeMode = fields.GetValueOrDefault("Resize Mode") is string fit ? WebUiControls.FitOf(fit) : null,
        };
    }

    private static JsonElement? Json(Image image, string key)
    {
        if (image.Texts.GetValueOrDefault(key) is not string text || text.Length == 0 || text[0] != '{')
            return null;
        try
        {
            JsonElement json = JsonElement.Parse(text);
            return JsonTexts.AreWhole(json) ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int? Whole(OrderedDictionary<string, string> fields, string name) =>
        int.TryParse(fields.GetValueOrDefault(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static ulong? Seed(OrderedDictionary<string, string> fields, string name) =>
        ulong.TryParse(fields.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null;

    private static double? Number(OrderedDictionary<string, string> fields, string name) =>
        double.TryParse(fields.GetValueOrDefault(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}
