using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Diffusion;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Models;
using Pareidolia.Server.Uploads;

namespace Pareidolia.Server.WebUi;

/// <summary>Requests of the web UI's clients as orders. What cannot be done is refused by its name.</summary>
internal sealed class WebUiOrders(ModelShelf shelf, WebUiOptions options, UploadStore uploads, WebUiControls controls, StudioOptions limits)
{
    // Of a model that draws smaller pictures than the web UI, its own size counts.
    private const int UsualSide = 512;

    private static readonly string[] s_fits = ["stretch", "crop", "fill"];
    private static readonly string[] s_fills = ["fill", "original", "noise", "nothing"];

    /// <summary>Reads a body. What an infotext in it says counts where the body says nothing.</summary>
    /// <exception cref="Refusal">A field cannot be read.</exception>
    public WebUiRequest Read(JsonElement body)
    {
        WebUiRequest request = WebUiInfotext.Fill(Named(JsonBody.As(body, WebUiJson.Default.WebUiRequest)), body, shelf);
        GenerateSettings usual = shelf.SettingsOf(shelf.Find(Model(options.With(request.OverrideSettings)))).Defaults;
        return request with
        {
            Width = request.Width ?? Math.Min(usual.Width, UsualSide),
            Height = request.Height ?? (usual.Width < UsualSide ? usual.Height : UsualSide),
        };
    }

    /// <summary>The order.</summary>
    /// <param name="request">From <see cref="Read"/>.</param>
    /// <param name="fromPicture">Whether it is one of <c>img2img</c>.</param>
    /// <exception cref="Refusal">Something in it cannot be done.</exception>
    public PictureOrder Order(WebUiRequest request, bool fromPicture)
    {
        WebUiLimits.Check(request);
        if (request.Count < 1 || request.Count > limits.MostPictures)
            throw new Refusal(422, $"batch_size x n_iter are {request.Count} pictures; 1 to {limits.MostPictures} are drawn in one request.") { Field = "batch_size" };
        JsonObject set = options.With(request.OverrideSettings);
        PictureOrder order = new()
        {
            Prompt = request.Prompt,
            NegativePrompt = request.NegativePrompt ?? "",
            Model = Model(set),
            Style = Style(request.Styles),
            Sampler = Sampler(NameOfSampler(request)),
            Schedule = Schedule(request.Scheduler),
            Steps = request.Steps,
            GuidanceScale = request.CfgScale,
            Width = request.Width,
            Height = request.Height,
            Seed = Seed(request.Seed, "seed"),
            Count = request.Count,
            VariationStrength = request.SubseedStrength is > 0 or < 0 ? request.SubseedStrength : null,
            VariationSeed = Seed(request.Subseed, "subseed"),
            SeedResize = request is { SeedResizeFromW: > 0, SeedResizeFromH: > 0 } ? $"{request.SeedResizeFromW}x{request.SeedResizeFromH}" : null,
            SeedDelta = set[WebUiOptions.SeedDelta]?.GetValue<int>() is int delta and not 0 ? delta : null,
            Eta = request.Eta,
            Ngms = request.SMinUncond is > 0 ? request.SMinUncond : null,
            ClipSkip = set[WebUiOptions.ClipSkip]?.GetValue<int>(),
            Tiling = request.Tiling == true ? "both" : null,
            Dialect = "a1111",
            Noise = set[WebUiOptions.Random]?.GetValue<string>() == "CPU" ? "a1111-cpu" : "a1111-gpu",
            PreviewEvery = set[WebUiOptions.Previews]!.GetValue<bool>() ? set[WebUiOptions.PreviewEvery]!.GetValue<int>() : 0,
            Hires = !fromPicture && request.EnableHr == true ? Hires(request) : null,
            Refiner = Refiner(request, Model(set)),
        };
        order = fromPicture ? WithSource(order, request) : order;
        order = order with { Controls = controls.Of(request, order.InitPicture) };
        return request.ScriptName is string name ? WebUiScript.Apply(order, name, request.ScriptArgs, fromPicture) : order;
    }

    // Clients send a name of nothing where none was chosen.
    private static WebUiRequest Named(WebUiRequest request) => request with
    {
        SamplerName = Given(request.SamplerName),
        SamplerIndex = Given(request.SamplerIndex),
        Scheduler = Given(request.Scheduler),
        RefinerCheckpoint = Given(request.RefinerCheckpoint),
        HrUpscaler = Given(request.HrUpscaler),
        HrSamplerName = Given(request.HrSamplerName),
        HrScheduler = Given(request.HrScheduler),
        ScriptName = Given(request.ScriptName),
    };

    private static string? Given(string? name) => string.IsNullOrWhiteSpace(name) ? null : name;

    private static string? Model(JsonObject set) => set[WebUiOptions.Checkpoint]?.GetValue<string>();

    // As there, a model does not hand over to itself, and without a share it hands over at once.
    private RefinerOrder? Refiner(WebUiRequest request, string? first)
    {
        if (request.RefinerCheckpoint is null or "None" or "none")
            return null;
        ShelfModel second = shelf.Find(request.RefinerCheckpoint, "refiner_checkpoint");
        return second == shelf.Find(first) ? null : new RefinerOrder { Model = second.Name, SwitchAt = request.RefinerSwitchAt ?? 0 };
    }

    private PictureOrder WithSource(PictureOrder order, WebUiRequest request)
    {
        if (request.InitImages is not [string first, ..])
            throw new Refusal(404, "Init image not found") { Field = "init_images" };
        if (request.InitImages.Count > 1)
            throw WebUiErrors.Unsupported("init_images", $"{request.InitImages.Count} pictures are given, and one is drawn from at a time");
        bool masked = !string.IsNullOrEmpty(request.Mask);
        return order with
        {
            InitPicture = uploads.Add(Base64Picture.Bytes(first, "init_images")).Id,
            Denoise = request.DenoisingStrength ?? 0.75,
            ResizeMode = request.ResizeMode is >= 0 and <= 2 ? s_fits[request.ResizeMode.Value] : throw WebUiErrors.Unsupported("resize_mode",
                $"it is {request.ResizeMode}; 0 (resize), 1 (crop and resize) and 2 (resize and fill) are known"),
            // As there, of no effect to other models; clients send it always.
            ImageGuidance = ModelShelf.EditsPictures(shelf.Find(order.Model)) ? request.ImageCfgScale : null,
            Mask = masked ? uploads.Add(Base64Picture.Bytes(request.Mask!, "mask")).Id : null,
            MaskBlur = masked ? request.MaskBlur ?? request.MaskBlurX : null,
            MaskInvert = masked ? request.InpaintingMaskInvert is not (null or 0) : null,
            OnlyMasked = masked ? request.InpaintFullRes : null,
            MaskPadding = masked ? request.InpaintFullResPadding : null,
            SoftMask = masked && request.MaskRound == false ? true : null,
            InpaintFill = masked ? request.InpaintingFill is >= 0 and <= 3 ? s_fills[request.InpaintingFill.Value]
                : throw new Refusal(422, $"inpainting_fill is {request.InpaintingFill}; 0 (fill), 1 (original), 2 (latent noise) or 3 (latent nothing) is needed.") : null,
        };
    }

    private static HiresOrder Hires(WebUiRequest request)
    {
        bool sized = request.HrResizeX is > 0 || request.HrResizeY is > 0;
        string? sampler = request.HrSamplerName is "Use same sampler" ? null : request.HrSamplerName, schedule = request.HrScheduler is "Use same scheduler" ? null : request.HrScheduler;
        // Where one of them is another, the other is that of the first pass.
        bool isOther = (sampler ?? schedule) is not null;
        return new HiresOrder
        {
            Scale = sized ? null : request.HrScale,
            Width = sized ? request.HrResizeX : null,
            Height = sized ? request.HrResizeY : null,
            Upscaler = request.HrUpscaler,
            Steps = request.HrSecondPassSteps is > 0 ? request.HrSecondPassSteps : null,
            Denoise = request.DenoisingStrength ?? 0.75,
            Sampler = isOther ? Sampler(sampler ?? NameOfSampler(request), "hr_sampler_name") : null,
            Schedule = isOther ? Schedule(schedule ?? request.Scheduler, "hr_scheduler") : null,
            Prompt = request.HrPrompt is { Length: > 0 } ? request.HrPrompt : null,
            NegativePrompt = request.HrNegativePrompt is { Length: > 0 } ? request.HrNegativePrompt : null,
        };
    }

    private static string? Style(IReadOnlyList<string>? styles) => styles switch
    {
        null or [] => null,
        [string only] => only,
        _ => throw WebUiErrors.Unsupported("styles", $"{styles.Count} are given, and this program's models have one at a time"),
    };

    private static string NameOfSampler(WebUiRequest request) => request.SamplerName ?? request.SamplerIndex ?? "Euler";

    private static string Sampler(string name, string field = "sampler_name")
    {
        try
        {
            SamplerChoice choice = SamplerChoice.Parse(name);
            return choice.Schedule is null ? choice.Sampler.Name : $"{choice.Sampler.Name}_{choice.Schedule}";
        }
        catch (PareidoliaException)
        {
            throw new Refusal(404, "Sampler not found") { Field = field };
        }
    }

    private static string? Schedule(string? name, string field = "scheduler") => name is null || name.Equals("Automatic", StringComparison.OrdinalIgnoreCase) ? null
        : SamplerCatalog.TryFindSchedule(name)?.Name ?? throw new Refusal(404, "Scheduler not found") { Field = field };

    private static ulong? Seed(long? seed, string name) => seed switch
    {
        null or -1 => null,
        >= 0 => (ulong)seed.Value,
        _ => throw new Refusal(422, string.Create(CultureInfo.InvariantCulture, $"{name} is {seed}; a whole number from 0, or -1 for any, is needed.")) { Field = name },
    };
}
