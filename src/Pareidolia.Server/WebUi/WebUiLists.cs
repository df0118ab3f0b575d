using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pareidolia.Diffusion;
using Pareidolia.Pipelines;
using Pareidolia.Server.Models;

namespace Pareidolia.Server.WebUi;

/// <summary>What there is to choose from, as the web UI lists it.</summary>
internal sealed class WebUiLists(ModelShelf shelf, UpscalerShelf upscalers, LoraShelf loras, StudioOptions options)
{
    // What the web UI says of those that go to any size.
    private const int ScaleOfArithmetic = 4;

    private readonly ConcurrentDictionary<string, string?> _hashes = new();

    /// <summary>How a model is called in lists and options.</summary>
    public static string TitleOf(ShelfModel model) => $"{model.Name}.safetensors";

    public static JsonArray Samplers() => [.. SamplerCatalog.Samplers.Where(sampler => sampler.InWebUi).Select(sampler => new JsonObject
    {
        ["name"] = sampler.Label, ["aliases"] = Array([.. sampler.Aliases, sampler.Name]), ["options"] = new JsonObject { ["scheduler"] = sampler.Schedule },
    })];

    public static JsonArray Schedulers() =>
    [
        new JsonObject { ["name"] = "automatic", ["label"] = "Automatic", ["aliases"] = new JsonArray(), ["default_rho"] = -1, ["need_inner_model"] = false },
        .. SamplerCatalog.Schedules.Select(schedule => new JsonObject
        {
            ["name"] = schedule.Name, ["label"] = schedule.Label, ["aliases"] = Array(schedule.Aliases),
            ["default_rho"] = schedule.Name switch { "karras" => 7, "polyexponential" => 1, _ => -1 }, ["need_inner_model"] = false,
        }),
    ];

    public JsonArray Checkpoints() => [.. shelf.Models.Select(model =>
    {
        string? hash = HashOf(model);
        return new JsonObject
        {
            ["title"] = hash is null ? TitleOf(model) : $"{TitleOf(model)} [{hash[..10]}]", ["model_name"] = model.Name, ["hash"] = hash?[..10], ["sha256"] = hash,
            ["filename"] = Path.GetFileName(model.Path.TrimEnd(Path.DirectorySeparatorChar)), ["config"] = null,
        };
    })];

    public JsonArray Upscalers() =>
    [
        .. upscalers.Names.Prepend("None").Select(name => new JsonObject
        {
            ["name"] = name, ["model_name"] = upscalers.Find(name) is null ? null : name, ["model_path"] = upscalers.Find(name) is string file ? Path.GetFileName(file) : null,
            ["model_url"] = null, ["scale"] = upscalers.ScaleOf(name) ?? ScaleOfArithmetic,
        }),
    ];

    public static JsonArray LatentModes() =>
        [.. HiresFix.Upscalers.Where(name => name.StartsWith("Latent", StringComparison.Ordinal)).Select(name => new JsonObject { ["name"] = name })];

    public JsonArray Loras() => [.. loras.Files.Select(file => new JsonObject
    {
        ["name"] = file.Key, ["alias"] = file.Key, ["path"] = Path.GetFileName(file.Value), ["metadata"] = new JsonObject(),
    })];

    public JsonArray Styles()
    {
        ModelSettings settings = shelf.SettingsOf(shelf.Find(null));
        return [.. settings.Styles.Select(style => new JsonObject { ["name"] = style, ["prompt"] = settings.Styled("{prompt}", style), ["negative_prompt"] = "" })];
    }

    // What the files hold is read by the model that they join.
    public JsonObject Embeddings()
    {
        JsonObject loaded = [];
        foreach (string name in FilesByName.In(options.Embeddings, [".safetensors", ".pt", ".bin"]).Keys)
            loaded[name] = new JsonObject { ["step"] = null, ["sd_checkpoint"] = null, ["sd_checkpoint_name"] = null, ["shape"] = null, ["vectors"] = null };
        return new JsonObject { ["loaded"] = loaded, ["skipped"] = new JsonObject() };
    }

    /// <summary>The SHA-256 of a model's denoising network; null where it has no file.</summary>
    public string? HashOf(ShelfModel model) => _hashes.GetOrAdd(model.Path, _ =>
    {
        string? file = File.Exists(model.Path) ? model.Path
            : Directory.Exists(Path.Combine(model.Path, "unet")) ? Directory.EnumerateFiles(Path.Combine(model.Path, "unet"), "*.safetensors").Order(StringComparer.Ordinal).FirstOrDefault() : null;
        if (file is null)
            return null;
        using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    });

    private static JsonArray Array(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];
}
