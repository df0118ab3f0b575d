using System.Text.Json.Nodes;
using Pareidolia.Diffusion;
using Pareidolia.Pipelines;
using Pareidolia.Server.Models;
using Pareidolia.Weights;

namespace Pareidolia.Server.WebUi;

/// <summary>What there is to choose from, as the web UI lists it.</summary>
internal sealed class WebUiLists(ModelShelf shelf, UpscalerShelf upscalers, LoraShelf loras, StudioOptions options)
{
    // What the web UI says of those that go to any size.
    private const int ScaleOfArithmetic = 4;

    // Schedules of the web UI that ask the network for its levels of noise.
    private static readonly string[] s_needNetwork = ["uniform", "sgm_uniform", "simple", "normal", "ddim", "beta"];

    /// <summary>How a model is called in lists and options: by its file's name and the beginning of its hash.</summary>
    public string TitleOf(ShelfModel model) => shelf.HashOf(model) is string hash ? $"{model.Name}.safetensors [{hash[..10]}]" : $"{model.Name}.safetensors";

    public static JsonArray Samplers() => [.. SamplerCatalog.Samplers.Where(sampler => sampler.InWebUi).Select(sampler => new JsonObject
    {
        ["name"] = sampler.Label, ["aliases"] = Array([.. sampler.Aliases, sampler.Name]), ["options"] = new JsonObject { ["scheduler"] = sampler.Schedule },
    })];

    // "Uniform" is an older name for what "Normal" is; both are in the web UI's list.
    public static JsonArray Schedulers() =>
    [
        Scheduler("automatic", "Automatic", []), Scheduler("uniform", "Uniform", []),
        .. SamplerCatalog.Schedules.Select(schedule => schedule.Name == "ddim_uniform" ? Scheduler("ddim", schedule.Label, [schedule.Name])
            : Scheduler(schedule.Name, schedule.Label, [.. schedule.Aliases.Where(alias => alias != "uniform")])),
    ];

    private static JsonObject Scheduler(string name, string label, IReadOnlyList<string> aliases) => new()
    {
        ["name"] = name, ["label"] = label, ["aliases"] = Array(aliases),
        ["default_rho"] = name switch { "karras" => 7, "polyexponential" => 1, _ => -1 }, ["need_inner_model"] = s_needNetwork.Contains(name),
    };

    public JsonArray Checkpoints() => [.. shelf.Models.Select(model =>
    {
        string? hash = shelf.HashOf(model);
        return new JsonObject
        {
            ["title"] = TitleOf(model), ["model_name"] = model.Name, ["hash"] = hash?[..10], ["sha256"] = hash,
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

    // What is no learned word was skipped.
    public JsonObject Embeddings()
    {
        JsonObject loaded = [], skipped = [];
        foreach ((string name, string file) in FilesByName.In(options.Embeddings, [".safetensors", ".pt", ".bin"]))
        {
            StoredTensor[] rows = RowsIn(file);
            (rows.Length > 0 ? loaded : skipped)[name] = new JsonObject
            {
                ["step"] = null, ["sd_checkpoint"] = null, ["sd_checkpoint_name"] = null,
                ["shape"] = rows.Sum(tensor => tensor.Shape[^1]), ["vectors"] = rows.Select(tensor => tensor.Count / tensor.Shape[^1]).DefaultIfEmpty().Max(),
            };
        }
        return new JsonObject { ["loaded"] = loaded, ["skipped"] = skipped };
    }

    // A word of SDXL has rows for each of its encoders.
    private static StoredTensor[] RowsIn(string file)
    {
        try
        {
            using StoredWeights weights = StoredWeights.Open(file);
            return [.. weights.Names.Select(weights.Entry).Where(tensor => tensor is { Count: > 1, Shape.Length: 1 or 2 })];
        }
        catch (PareidoliaException)
        {
            return [];
        }
    }

    private static JsonArray Array(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];
}
