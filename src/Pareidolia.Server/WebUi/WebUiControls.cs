using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Models;
using Pareidolia.Server.Uploads;

namespace Pareidolia.Server.WebUi;

/// <summary>
/// One unit of the web UI's ControlNet extension, with its defaults and the older names of its fields. What belongs to preparing the picture alone
/// (<c>pixel_perfect</c>, <c>processor_res</c>, the thresholds) has no effect there either where nothing prepares it, and is not read.
/// </summary>
internal sealed record ControlUnit
{
    public bool? Enabled { get; set; } = true;

    public string? Module { get; set; } = "none";

    public string? Model { get; set; }

    public double? Weight { get; set; } = 1;

    public JsonElement? Image { get; set; }

    public JsonElement? InputImage { get; set; }

    public JsonElement? Mask { get; set; }

    public JsonElement? MaskImage { get; set; }

    public JsonElement? ResizeMode { get; set; }

    public JsonElement? ControlMode { get; set; }

    public double? GuidanceStart { get; set; } = 0;

    public double? GuidanceEnd { get; set; }

    public double? Guidance { get; set; }

    public bool? InpaintCropInputImage { get; set; } = true;

    public JsonElement? HrOption { get; set; }

    public JsonElement? AdvancedWeighting { get; set; }

    public JsonElement? EffectiveRegionMask { get; set; }

    public JsonElement? IpadapterInput { get; set; }

    /// <summary>What has no meaning here, and the extension passes over too.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>Units of the web UI's ControlNet extension as an order has them. What cannot be done is refused by its name.</summary>
internal sealed class WebUiControls(UploadStore uploads)
{
    /// <summary>The extension's name among the scripts that are always on.</summary>
    public const string Script = "controlnet";

    private const double MostWeight = 2;

    // The extension's names, older ones of them, and the places in its list.
    private static readonly Dictionary<string, string> s_fits = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Just Resize"] = "stretch", ["0"] = "stretch",
        ["Crop and Resize"] = "crop", ["Inner Fit (Scale to Fit)"] = "crop", ["Scale to Fit (Inner Fit)"] = "crop", ["1"] = "crop",
        ["Resize and Fill"] = "fill", ["Outer Fit (Shrink to Fit)"] = "fill", ["Envelope (Outer Fit)"] = "fill", ["2"] = "fill",
    };

    /// <summary>How a picture is fitted, in an order's words; null for a name that the extension does not have.</summary>
    public static string? FitOf(string name) => s_fits.GetValueOrDefault(name);

    /// <summary>The ControlNets that a request asks for; null for none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="init">The picture that it starts from, which a unit without one of its own looks at; null for none.</param>
    /// <exception cref="Refusal">A unit asks for what cannot be done.</exception>
    public IReadOnlyList<ControlOrder>? Of(WebUiRequest request, string? init)
    {
        if (Arguments(request.AlwaysonScripts) is not JsonArray arguments)
            return request.ToldControls is null ? null : [.. request.ToldControls.Select(told => told with { Picture = init })];
        bool cropped = !string.IsNullOrEmpty(request.Mask) && request.InpaintFullRes != false;
        return [.. arguments.Index().Where(argument => argument.Item is not null)
            .Select(argument => (Place: $"{Script} args[{argument.Index}]", Unit: Read(argument.Item!, argument.Index)))
            .Where(argument => argument.Unit.Enabled != false).Select(argument => Order(argument.Unit, argument.Place, cropped, init))];
    }

    private static JsonArray? Arguments(JsonObject? scripts) =>
        (scripts ?? []).FirstOrDefault(script => script.Key.Equals(Script, StringComparison.OrdinalIgnoreCase)).Value is JsonObject script ? script["args"] as JsonArray : null;

    private static ControlUnit Read(JsonNode argument, int index) => argument is JsonObject
        ? JsonBody.As(JsonElement.Parse(argument.ToJsonString()), WebUiJson.Default.ControlUnit)
        : throw new Refusal(422, $"{Script} args[{index}] is no object; a unit is needed.") { Field = "alwayson_scripts" };

    private ControlOrder Order(ControlUnit unit, string place, bool cropped, string? init)
    {
        Check(unit, place, cropped);
        string fit = Written(unit.ResizeMode) ?? "Crop and Resize";
        return new ControlOrder
        {
            Model = unit.Model,
            Picture = Picture(unit.Image ?? unit.InputImage, place) is string image ? uploads.Add(Base64Picture.Bytes(image, $"{place}.image")).Id
                : init ?? throw new Refusal(422, $"{place}.image is missing: what the network looks at.") { Field = "alwayson_scripts" },
            Strength = Within(unit.Weight ?? 1, MostWeight, $"{place}.weight"),
            Start = Within(unit.GuidanceStart ?? 0, 1, $"{place}.guidance_start"),
            End = Within(unit.GuidanceEnd ?? unit.Guidance ?? 1, 1, $"{place}.guidance_end"),
            ResizeMode = FitOf(fit) ?? throw WebUiErrors.Unsupported($"{place}.resize_mode", $"it is '{Refusal.Short(fit)}'; Just Resize, Crop and Resize and Resize and Fill are known"),
        };
    }

    private static void Check(ControlUnit unit, string place, bool cropped)
    {
        Refuse(unit.Module is not (null or "" or "none" or "None"), "module", $"it is '{Refusal.Short(unit.Module ?? "")}', and pictures are not prepared here: send what the network looks at, with module none");
        Refuse(Written(unit.ControlMode) is not (null or "0" or "Balanced"), "control_mode", "networks count as much as the prompt: Balanced");
        Refuse(Written(unit.HrOption) is not (null or "0" or "Both" or "HiResFixOption.BOTH"), "hr_option", "networks look on in both passes");
        Refuse(cropped && unit.InpaintCropInputImage != false, "inpaint_crop_input_image",
            "the picture of a unit is not cut to the masked area; set it to false and send what belongs to that area, or set inpaint_full_res to false");
        Refuse(Written(unit.Mask ?? unit.MaskImage) is { Length: > 0 }, "mask", "networks look at whole pictures");
        Refuse(Written(unit.EffectiveRegionMask) is not null, "effective_region_mask", "networks speak of whole pictures");
        Refuse(Written(unit.AdvancedWeighting) is not null, "advanced_weighting", "all layers have one weight");
        Refuse(Written(unit.IpadapterInput) is not null, "ipadapter_input", "IP-Adapters are not read");

        void Refuse(bool asked, string name, string why)
        {
            if (asked)
                throw WebUiErrors.Unsupported($"{place}.{name}", why);
        }
    }

    // A text, or a text and a mask.
    private static string? Picture(JsonElement? image, string place) => image switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } given ? given : null,
        { ValueKind: JsonValueKind.Object } pair when !pair.TryGetProperty("mask", out JsonElement mask) || Written(mask) is null => JsonBody.Text(pair, "image"),
        null or { ValueKind: JsonValueKind.Null } => null,
        _ => throw WebUiErrors.Unsupported($"{place}.image", "one picture, without a mask, is looked at"),
    };

    private static string? Written(JsonElement? value) => value is null or { ValueKind: JsonValueKind.Null } ? null
        : value.Value.ValueKind == JsonValueKind.String ? value.Value.GetString() : value.Value.GetRawText();

    private static double Within(double value, double most, string name) => value >= 0 && value <= most ? value
        : throw new Refusal(422, $"{name} is {value}; a number from 0 to {most} is needed.") { Field = "alwayson_scripts" };
}
