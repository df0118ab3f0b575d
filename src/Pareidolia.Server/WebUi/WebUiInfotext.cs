using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Imaging;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Models;
using Pareidolia.Server.Uploads;

namespace Pareidolia.Server.WebUi;

/// <summary>A request's <c>infotext</c>: what it says counts where the body says nothing.</summary>
/// <param name="request">The request.</param>
/// <param name="body">The body that it was read from.</param>
/// <param name="told">The infotext as an order.</param>
/// <param name="fields">The same as the web UI parses it.</param>
internal sealed class WebUiInfotext(WebUiRequest request, JsonElement body, PictureOrder told, OrderedDictionary<string, string> fields)
{
    /// <summary>The request with what its infotext says; the same where it has none that says more than a prompt.</summary>
    public static WebUiRequest Fill(WebUiRequest request, JsonElement body, ModelShelf shelf)
    {
        if (request.Infotext is not { Length: > 0 } text)
            return request;
        Infotext infotext = Infotext.Parse(text);
        return FoundSettings.OfInfotext(infotext) is PictureOrder told ? new WebUiInfotext(request, body, told, infotext.ToParameters()).Filled(shelf) : request;
    }

    private WebUiRequest Filled(ModelShelf shelf) => SecondPass(Noise(request)) with
    {
        Prompt = Of("prompt", request.Prompt, told.Prompt),
        NegativePrompt = Of("negative_prompt", request.NegativePrompt, told.NegativePrompt),
        Width = Of("width", request.Width, told.Width),
        Height = Of("height", request.Height, told.Height),
        Steps = Of("steps", request.Steps, told.Steps),
        CfgScale = Of("cfg_scale", request.CfgScale, told.GuidanceScale),
        SamplerName = request.SamplerName ?? told.Sampler,
        Scheduler = request.Scheduler ?? told.Schedule,
        RefinerCheckpoint = request.RefinerCheckpoint ?? told.Refiner?.Model,
        RefinerSwitchAt = request.RefinerSwitchAt ?? told.Refiner?.SwitchAt,
        DenoisingStrength = request.DenoisingStrength ?? Number("Denoising strength"),
        SMinUncond = request.SMinUncond ?? told.Ngms,
        Tiling = request.Tiling ?? (told.Tiling == "both" ? true : null),
        ToldControls = told.Controls,
        OverrideSettings = Overrides(shelf),
    };

    private WebUiRequest Noise(WebUiRequest said) => said with
    {
        Seed = Of("seed", request.Seed, (long?)told.Seed),
        Subseed = Of("subseed", request.Subseed, (long?)told.VariationSeed),
        SubseedStrength = Of("subseed_strength", request.SubseedStrength, told.VariationStrength),
        SeedResizeFromW = Of("seed_resize_from_w", request.SeedResizeFromW, (int?)Number("Seed resize from-1")),
        SeedResizeFromH = Of("seed_resize_from_h", request.SeedResizeFromH, (int?)Number("Seed resize from-2")),
        Eta = request.Eta ?? told.Eta,
    };

    private WebUiRequest SecondPass(WebUiRequest said) => told.Hires is not HiresOrder hires ? said : said with
    {
        EnableHr = Of("enable_hr", request.EnableHr, true),
        HrScale = Of("hr_scale", request.HrScale, hires.Scale),
        HrResizeX = Of("hr_resize_x", request.HrResizeX, hires.Width),
        HrResizeY = Of("hr_resize_y", request.HrResizeY, hires.Height),
        HrUpscaler = request.HrUpscaler ?? hires.Upscaler,
        HrSecondPassSteps = Of("hr_second_pass_steps", request.HrSecondPassSteps, hires.Steps),
        HrSamplerName = request.HrSamplerName ?? hires.Sampler,
        HrScheduler = request.HrScheduler ?? hires.Schedule,
        HrPrompt = Of("hr_prompt", request.HrPrompt, hires.Prompt),
        HrNegativePrompt = Of("hr_negative_prompt", request.HrNegativePrompt, hires.NegativePrompt),
    };

    // As there, a model that is not here is passed over: the picture may be anyone's.
    private JsonObject Overrides(ModelShelf shelf)
    {
        JsonObject set = request.OverrideSettings?.DeepClone().AsObject() ?? [];
        if (told.Model is string model && shelf.TryFind(model) is not null)
            _ = set.TryAdd(WebUiOptions.Checkpoint, model);
        if (fields["RNG"] is "GPU" or "CPU" or "NV")
            _ = set.TryAdd(WebUiOptions.Random, fields["RNG"]);
        if (told.SeedDelta is int delta)
            _ = set.TryAdd(WebUiOptions.SeedDelta, delta);
        _ = set.TryAdd(WebUiOptions.ClipSkip, told.ClipSkip ?? 1);
        return set;
    }

    private T? Of<T>(string field, T? given, T? said) =>
        body.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? given : said ?? given;

    private double? Number(string field) =>
        double.TryParse(fields.GetValueOrDefault(field), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}
