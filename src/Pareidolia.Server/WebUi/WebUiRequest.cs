using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Pareidolia.Server.WebUi;

/// <summary>The body of <c>txt2img</c> and <c>img2img</c>, with the web UI's defaults. Its names are theirs.</summary>
internal sealed record WebUiRequest
{
    public string? Prompt { get; init; } = "";

    public string? NegativePrompt { get; init; } = "";

    public IReadOnlyList<string>? Styles { get; init; }

    public long? Seed { get; init; } = -1;

    public long? Subseed { get; init; } = -1;

    public double? SubseedStrength { get; init; } = 0;

    public int? SeedResizeFromH { get; init; } = -1;

    public int? SeedResizeFromW { get; init; } = -1;

    public string? SamplerName { get; init; }

    public string? Scheduler { get; init; }

    public int? BatchSize { get; init; } = 1;

    public int? NIter { get; init; } = 1;

    public int? Steps { get; init; } = 50;

    public double? CfgScale { get; init; } = 7;

    public int? Width { get; init; } = 512;

    public int? Height { get; init; } = 512;

    public bool? RestoreFaces { get; init; }

    public bool? Tiling { get; init; }

    public bool? DoNotSaveSamples { get; init; } = false;

    public bool? DoNotSaveGrid { get; init; } = false;

    public double? Eta { get; init; }

    public double? DenoisingStrength { get; init; }

    public double? SMinUncond { get; init; }

    public double? SChurn { get; init; }

    public double? STmax { get; init; }

    public double? STmin { get; init; }

    public double? SNoise { get; init; }

    public JsonObject? OverrideSettings { get; init; }

    public bool? OverrideSettingsRestoreAfterwards { get; init; } = true;

    public string? RefinerCheckpoint { get; init; }

    public double? RefinerSwitchAt { get; init; }

    public bool? DisableExtraNetworks { get; init; } = false;

    public JsonElement? Comments { get; init; }

    public bool? EnableHr { get; init; } = false;

    public int? FirstphaseWidth { get; init; } = 0;

    public int? FirstphaseHeight { get; init; } = 0;

    public string? FirstpassImage { get; init; }

    public double? HrScale { get; init; } = 2;

    public string? HrUpscaler { get; init; }

    public int? HrSecondPassSteps { get; init; } = 0;

    public int? HrResizeX { get; init; } = 0;

    public int? HrResizeY { get; init; } = 0;

    public string? HrCheckpointName { get; init; }

    public string? HrSamplerName { get; init; }

    public string? HrScheduler { get; init; }

    public string? HrPrompt { get; init; } = "";

    public string? HrNegativePrompt { get; init; } = "";

    public IReadOnlyList<string>? InitImages { get; init; }

    public int? ResizeMode { get; init; } = 0;

    public double? ImageCfgScale { get; init; }

    public string? Mask { get; init; }

    public int? MaskBlur { get; init; }

    public int? MaskBlurX { get; init; } = 4;

    public int? MaskBlurY { get; init; } = 4;

    public bool? MaskRound { get; init; } = true;

    public int? InpaintingFill { get; init; } = 0;

    public bool? InpaintFullRes { get; init; } = true;

    public int? InpaintFullResPadding { get; init; } = 0;

    public int? InpaintingMaskInvert { get; init; } = 0;

    public double? InitialNoiseMultiplier { get; init; }

    public string? LatentMask { get; init; }

    public bool? IncludeInitImages { get; init; } = false;

    public string? ForceTaskId { get; init; }

    public string? SamplerIndex { get; init; } = "Euler";

    public string? ScriptName { get; init; }

    public JsonArray? ScriptArgs { get; init; }

    public bool? SendImages { get; init; } = true;

    public bool? SaveImages { get; init; } = false;

    public JsonObject? AlwaysonScripts { get; init; }

    public string? Infotext { get; init; }

    /// <summary>What the web UI does not know, and passes over as it does.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>Pictures that are asked for.</summary>
    [JsonIgnore]
    public int Count => checked(Math.Clamp(BatchSize ?? 1, 0, 10_000) * Math.Clamp(NIter ?? 1, 0, 10_000));
}

/// <summary>What clients of the web UI write: names with underscores; numbers may stand in quotes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(WebUiRequest))]
[JsonSerializable(typeof(UpscaleRequest))]
[JsonSerializable(typeof(ImageRequest))]
internal sealed partial class WebUiJson : JsonSerializerContext;

/// <summary>A body that holds one picture.</summary>
internal sealed record ImageRequest(string? Image, string? Model);

/// <summary>The body of <c>extra-single-image</c> and <c>extra-batch-images</c>.</summary>
internal sealed record UpscaleRequest
{
    public int? ResizeMode { get; init; } = 0;

    public bool? ShowExtrasResults { get; init; } = true;

    public double? GfpganVisibility { get; init; } = 0;

    public double? CodeformerVisibility { get; init; } = 0;

    public double? CodeformerWeight { get; init; } = 0;

    public double? UpscalingResize { get; init; } = 2;

    public int? UpscalingResizeW { get; init; } = 512;

    public int? UpscalingResizeH { get; init; } = 512;

    public bool? UpscalingCrop { get; init; } = true;

    [JsonPropertyName("upscaler_1")]
    public string? FirstUpscaler { get; init; } = "None";

    [JsonPropertyName("upscaler_2")]
    public string? SecondUpscaler { get; init; } = "None";

    [JsonPropertyName("extras_upscaler_2_visibility")]
    public double? SecondVisibility { get; init; } = 0;

    public bool? UpscaleFirst { get; init; } = false;

    public string? Image { get; init; }

    [JsonPropertyName("imageList")]
    public IReadOnlyList<NamedFile>? ImageList { get; init; }
}

/// <summary>A file and its name.</summary>
internal sealed record NamedFile(string? Data, string? Name);
