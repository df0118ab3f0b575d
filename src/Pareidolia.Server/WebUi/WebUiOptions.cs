using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Server.Models;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.WebUi;

/// <summary>
/// The web UI's options that have a meaning here, kept in the database. Others are told with the one value that they have here, and refuse any other.
/// </summary>
internal sealed class WebUiOptions
{
    /// <summary>The model.</summary>
    public const string Checkpoint = "sd_model_checkpoint";

    /// <summary>The text encoder's layer.</summary>
    public const string ClipSkip = "CLIP_stop_at_last_layers";

    /// <summary>Whose random numbers: GPU and NV are Philox, CPU is mt19937.</summary>
    public const string Random = "randn_source";

    /// <summary>The delta of the steps' seeds.</summary>
    public const string SeedDelta = "eta_noise_seed_delta";

    /// <summary>Whether a grid stands before several pictures.</summary>
    public const string ReturnGrid = "return_grid";

    /// <summary>Whether previews are shown.</summary>
    public const string Previews = "live_previews_enable";

    /// <summary>Steps from one preview to the next.</summary>
    public const string PreviewEvery = "show_progress_every_n_steps";

    // What is so here, and cannot be changed.
    private static readonly Dictionary<string, JsonNode?> s_fixed = new()
    {
        ["sd_vae"] = "Automatic", ["samples_format"] = "png", ["grid_format"] = "png", ["enable_pnginfo"] = true, ["save_txt"] = false,
        ["sd_checkpoint_cache"] = 0, ["img2img_fix_steps"] = false, ["enable_emphasis"] = true, ["emphasis"] = "Original", ["upcast_attn"] = false,
        ["comma_padding_backtrack"] = 20, ["token_merging_ratio"] = 0, ["s_min_uncond"] = 0, ["always_discard_next_to_last_sigma"] = false,
        ["sgm_noise_multiplier"] = false, ["samples_save"] = true, ["grid_save"] = false, ["face_restoration"] = false, ["face_restoration_model"] = null,
        ["code_former_weight"] = 0.5, ["hide_samplers"] = new JsonArray(), ["sd_hypernetwork"] = "None", ["do_not_show_images"] = false,
    };

    private static readonly Dictionary<string, JsonNode?> s_usual = new()
    {
        [ClipSkip] = 1, [Random] = "GPU", [SeedDelta] = 0, [ReturnGrid] = true, [Previews] = true, [PreviewEvery] = 10,
    };

    private readonly Database _database;
    private readonly ModelShelf _shelf;
    private readonly WebUiLists _lists;

    public WebUiOptions(Database database, ModelShelf shelf, WebUiLists lists)
    {
        (_database, _shelf, _lists) = (database, shelf, lists);
        _ = database.Execute("CREATE TABLE IF NOT EXISTS webui_options (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT");
    }

    /// <summary>All of them.</summary>
    public JsonObject All()
    {
        JsonObject all = new() { [Checkpoint] = null };
        foreach ((string name, JsonNode? value) in s_usual.Concat(s_fixed))
            all[name] = value?.DeepClone();
        foreach ((string name, string value) in _database.Query("SELECT name, value FROM webui_options", row => (row.GetString(0), row.GetString(1))))
            all[name] = JsonNode.Parse(value);
        // A model that was chosen and is not here any more leaves the choice to the first.
        ShelfModel? model = (all[Checkpoint]?.GetValue<string>() is string chosen ? _shelf.TryFind(chosen) : null) ?? (_shelf.Models is [ShelfModel first, ..] ? first : null);
        all[Checkpoint] = model is null ? null : _lists.TitleOf(model);
        return all;
    }

    /// <summary>The same, with what one request overrides.</summary>
    /// <exception cref="Refusal">An option is not known, or cannot have the value.</exception>
    public JsonObject With(JsonObject? overrides)
    {
        JsonObject all = All();
        foreach ((string name, JsonNode? value) in overrides ?? [])
            all[name] = Checked(name, value)?.DeepClone();
        return all;
    }

    /// <summary>Keeps options.</summary>
    /// <exception cref="Refusal">An option is not known, or cannot have the value; then none is kept.</exception>
    public void Set(JsonObject changes)
    {
        (string Name, JsonNode? Value)[] all = [.. changes.Select(change => (change.Key, Checked(change.Key, change.Value)))];
        foreach ((string name, JsonNode? value) in all.Where(change => !s_fixed.ContainsKey(change.Name)))
            _ = _database.Execute("INSERT INTO webui_options (name, value) VALUES ($name, $value) ON CONFLICT (name) DO UPDATE SET value = $value",
                ("$name", name), ("$value", value?.ToJsonString() ?? "null"));
    }

    private JsonNode? Checked(string name, JsonNode? value)
    {
        if (name is Checkpoint)
            return _lists.TitleOf(_shelf.Find(Text(name, value)));
        if (s_fixed.TryGetValue(name, out JsonNode? only))
            return JsonNode.DeepEquals(only, value) || (name == "sd_vae" && value?.ToString() is "None" or "Automatic") ? value
                : throw WebUiErrors.Unsupported($"The option {name} = {value?.ToJsonString() ?? "null"}", $"it is {only?.ToJsonString() ?? "null"}");
        return name switch
        {
            ClipSkip => Whole(name, value, 1, 12),
            SeedDelta => Whole(name, value, int.MinValue, int.MaxValue),
            PreviewEvery => Whole(name, value, 0, 1000),
            ReturnGrid or Previews => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? value : throw Wrong(name, value, "true or false"),
            Random => Text(name, value) is "GPU" or "CPU" or "NV" ? value : throw Wrong(name, value, "GPU, CPU or NV"),
            _ => throw WebUiErrors.Unsupported($"The option {Refusal.Short(name)}", "it has no meaning in this program"),
        };
    }

    private static string Text(string name, JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : throw Wrong(name, value, "a text");

    private static JsonNode Whole(string name, JsonNode? value, int least, int most) =>
        value is JsonValue number && number.GetValueKind() == JsonValueKind.Number && double.TryParse(number.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture, out double given)
        && given == Math.Floor(given) && given >= least && given <= most ? (int)given : throw Wrong(name, value, $"a whole number from {least} to {most}");

    private static Refusal Wrong(string name, JsonNode? value, string needed) =>
        new(422, $"The option {name} is {value?.ToJsonString() ?? "null"}; {needed} is needed.") { Field = name };
}
