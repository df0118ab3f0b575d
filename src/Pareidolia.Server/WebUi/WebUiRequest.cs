using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;

namespace Pareidolia.Server.WebUi;

/// <summary>
/// The body of <c>txt2img</c> and <c>img2img</c>, with the web UI's defaults. Its names are theirs. Its properties can be set, because the reader that is
/// made at compile time forgets the defaults of those that can only be initialised.
/// </summary>
internal sealed record WebUiRequest
{
    public string? Prompt { get; set; } = "";

    public string? NegativePrompt { get; set; } = "";

    public IReadOnlyList<string>? Styles { get; set; }

    public long? Seed { get; set; } = -1;

    public long? Subseed { get; set; } = -1;

    public double? SubseedStrength { get; set; } = 0;

    public int? SeedResizeFromH { get; set; } = -1;

    public int? SeedResizeFromW { get; set; } = -1;

    public string? SamplerName { get; set; }

    public string? Scheduler { get; set; }

    public int? BatchSize { get; set; } = 1;

    public int? NIter { get; set; } = 1;

    public int? Steps { get; set; } = 50;

    public double? CfgScale { get; set; } = 7;

    /// <summary>512, or a smaller model's own.</summary>
    public int? Width { get; set; }

    /// <summary>512, or a smaller model's own.</summary>
    public int? Height { get; set; }

    public bool? RestoreFaces { get; set; }

    public bool? Tiling { get; set; }

    public bool? DoNotSaveSamples { get; set; } = false;

    public bool? DoNotSaveGrid { get; set; } = false;

    public double? Eta { get; set; }

    public double? DenoisingStrength { get; set; }

    public double? SMinUncond { get; set; }

    public double? SChurn { get; set; }

    public double? STmax { get; set; }

    public double? STmin { get; set; }

    public double? SNoise { get; set; }

    public JsonObject? OverrideSettings { get; set; }

    public bool? OverrideSettingsRestoreAfterwards { get; set; } = true;

    public string? RefinerCheckpoint { get; set; }

    public double? RefinerSwitchAt { get; set; }

    public bool? DisableExtraNetworks { get; set; } = false;

    public JsonElement? Comments { get; set; }

    public bool? EnableHr { get; set; } = false;

    public int? FirstphaseWidth { get; set; } = 0;

    public int? FirstphaseHeight { get; set; } = 0;

    public string? FirstpassImage { get; set; }

    public double? HrScale { get; set; } = 2;

    public string? HrUpscaler { get; set; }

    public int? HrSecondPassSteps { get; set; } = 0;

    public int? HrResizeX { get; set; } = 0;

    public int? HrResizeY { get; set; } = 0;

    public string? HrCheckpointName { get; set; }

    public string? HrSamplerName { get; set; }

    public string? HrScheduler { get; set; }

    public string? HrPrompt { get; set; } = "";

    public string? HrNegativePrompt { get; set; } = "";

    public IReadOnlyList<string>? InitImages { get; set; }

    public int? ResizeMode { get; set; } = 0;

    public double? ImageCfgScale { get; set; }

    public string? Mask { get; set; }

    public int? MaskBlur { get; set; }

    public int? MaskBlurX { get; set; } = 4;

    public int? MaskBlurY { get; set; } = 4;

    public bool? MaskRound { get; set; } = true;

    public int? InpaintingFill { get; set; } = 0;

    public bool? InpaintFullRes { get; set; } = true;

    public int? InpaintFullResPadding { get; set; } = 0;

    public int? InpaintingMaskInvert { get; set; } = 0;

    public double? InitialNoiseMultiplier { get; set; }

    public string? LatentMask { get; set; }

    public bool? IncludeInitImages { get; set; } = false;

    public string? ForceTaskId { get; set; }

    public string? SamplerIndex { get; set; } = "Euler";

    public string? ScriptName { get; set; }

    public JsonArray? ScriptArgs { get; set; }

    public bool? SendImages { get; set; } = true;

    public bool? SaveImages { get; set; } = false;

    public JsonObject? AlwaysonScripts { get; set; }

    public string? Infotext { get; set; }

    /// <summary>What the web UI does not know, and passes over as it does.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>ControlNets that the infotext tells of.</summary>
    [JsonIgnore]
    public IReadOnlyList<ControlOrder>? ToldControls { get; set; }

    /// <summary>Pictures that are asked for.</summary>
    [JsonIgnore]
    public int Count => checked(Math.Clamp(BatchSize ?? 1, 0, 10_000) * Math.Clamp(NIter ?? 1, 0, 10_000));
}

/// <summary>What clients of the web UI write: names with underscores; numbers may stand in quotes, and whole ones have a fraction of nothing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString,
    Converters = [typeof(FiniteConverter), typeof(WholeConverter<int>), typeof(WholeConverter<long>)])]
[JsonSerializable(typeof(WebUiRequest))]
[JsonSerializable(typeof(ControlUnit))]
[JsonSerializable(typeof(UpscaleRequest))]
[JsonSerializable(typeof(ImageRequest))]
internal sealed partial class WebUiJson : JsonSerializerContext;

/// <summary>A body that holds one picture.</summary>
internal sealed record ImageRequest(string? Image, string? Model);

/// <summary>The body of <c>extra-single-image</c> and <c>extra-batch-images</c>.</summary>
internal sealed record UpscaleRequest
{
    public int? ResizeMode { get; set; } = 0;

    public bool? ShowExtrasResults { get; set; } = true;

    public double? GfpganVisibility { get; set; } = 0;

    public double? CodeformerVisibility { get; set; } = 0;

    public double? CodeformerWeight { get; set; } = 0;

    public double? UpscalingResize { get; set; } = 2;

    public int? UpscalingResizeW { get; set; } = 512;

    public int? UpscalingResizeH { get; set; } = 512;

    public bool? UpscalingCrop { get; set; } = true;

    [JsonPropertyName("upscaler_1")]
    public string? FirstUpscaler { get; set; } = "None";

    [JsonPropertyName("upscaler_2")]
    public string? SecondUpscaler { get; set; } = "None";

    [JsonPropertyName("extras_upscaler_2_visibility")]
    public double? SecondVisibility { get; set; } = 0;

    public bool? UpscaleFirst { get; set; } = false;

    public string? Image { get; set; }

    [JsonPropertyName("imageList")]
    public IReadOnlyList<NamedFile>? ImageList { get; set; }
}

/// <summary>A file and its name.</summary>
internal sealed record NamedFile(string? Data, string? Name);
