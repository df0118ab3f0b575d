using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Comfy;

/// <summary>ComfyUI's view of jobs that are over, and of those that wait. What a client deletes from it is hidden there and stays with the studio.</summary>
internal sealed class PromptHistory
{
    /// <summary>The message that says of a prompt that someone ended it.</summary>
    public const string Interrupted = "execution_interrupted";

    // As many as ComfyUI keeps.
    private const int Most = 10_000;

    private readonly JobStore _store;
    private readonly Database _database;

    // What the newest prompt came to: clients who hear that it is over ask for it before the queue has put it down.
    private volatile Tuple<string, JsonObject>? _newest;

    public PromptHistory(JobStore store, Database database)
    {
        (_store, _database) = (store, database);
        _ = database.Execute("CREATE TABLE IF NOT EXISTS hidden_prompts (job TEXT PRIMARY KEY) STRICT");
    }

    /// <summary>Takes note of what a prompt came to.</summary>
    public void Ended(string jobId, JsonObject kept) => _newest = Tuple.Create(jobId, kept);

    /// <summary>Prompts that are over, the oldest first.</summary>
    /// <param name="count">The newest, as many; null for all.</param>
    /// <param name="offset">How many to leave out at the beginning; below 0 for none.</param>
    public JsonObject List(int? count = null, int offset = -1)
    {
        HashSet<string> hidden = Hidden();
        Job[] over = [.. Over().Where(job => !hidden.Contains(job.Id)).Reverse()];
        IEnumerable<Job> wanted = offset >= 0 ? over.Skip(offset).Take(count ?? over.Length) : over.TakeLast(count ?? over.Length);
        JsonObject history = [];
        foreach (Job job in wanted)
            history[PromptId.Of(job)] = EntryOf(job);
        return history;
    }

    /// <summary>One prompt; nothing where it is not over.</summary>
    public JsonObject One(string promptId) =>
        PromptId.Find(_store, promptId) is Job job && IsOver(job) && !IsHidden(job) ? new JsonObject { [promptId] = EntryOf(job) } : [];

    /// <summary>The jobs that are over, the newest first.</summary>
    public IEnumerable<Job> Over() => _store.List(null, GraphSettings.Kind, null, Most).Where(IsOver);

    /// <summary>Hides prompts.</summary>
    public void Hide(IEnumerable<Job> jobs)
    {
        foreach (Job job in jobs)
            _ = _database.Execute("INSERT INTO hidden_prompts (job) VALUES ($job) ON CONFLICT (job) DO NOTHING", ("$job", job.Id));
    }

    /// <summary>Where a prompt stands in its queue: the number that its client gave it, else its place, below 0 for one that goes before the others.</summary>
    public static double NumberOf(Job job)
    {
        bool given = job.Settings.TryGetProperty("number", out JsonElement value) & value.ValueKind == JsonValueKind.Number;
        return given && value.TryGetDouble(out double number) && double.IsFinite(number) ? number
            : job.Priority > 0 ? -job.Place : job.Place;
    }

    /// <summary>[number, id, prompt, extra data, outputs].</summary>
    public static JsonArray Item(Job job)
    {
        JsonObject settings = JsonObject.Create(job.Settings)!;
        JsonObject extra = settings["extraData"]?.DeepClone() as JsonObject ?? [];
        if (settings["extraInfo"] is JsonNode info)
            extra["extra_pnginfo"] = info.DeepClone();
        if (settings["clientId"] is JsonNode client)
            extra["client_id"] = client.DeepClone();
        return [NumberOf(job), PromptId.Of(job), settings["prompt"]?.DeepClone(), extra, settings["targets"]?.DeepClone() ?? new JsonArray()];
    }

    /// <summary>How a prompt ended of which no node ran.</summary>
    public static JsonObject EndOf(Job job)
    {
        JsonObject data = new()
        {
            ["prompt_id"] = PromptId.Of(job), ["timestamp"] = job.EndedAt?.ToUnixTimeMilliseconds(), ["node_id"] = "", ["node_type"] = "", ["executed"] = new JsonArray(),
        };
        if (job.Error is not null)
            data["exception_message"] = job.Error;
        return data;
    }

    private HashSet<string> Hidden() => [.. _database.Query("SELECT job FROM hidden_prompts", row => row.GetString(0))];

    private bool IsHidden(Job job) => _database.Number("SELECT COUNT(*) FROM hidden_prompts WHERE job = $job", ("$job", job.Id)) > 0;

    // A prompt that was taken out of the queue before it began has no history.
    private bool IsOver(Job job) => (job.IsOver && !(job.State == JobState.Cancelled && job.StartedAt is null)) || _newest?.Item1 == job.Id;

    /// <summary>All that ComfyUI's clients may see, the newest first: what waits, runs and is over, but for what was hidden or never began.</summary>
    public IEnumerable<Job> All()
    {
        HashSet<string> hidden = Hidden();
        return _store.List(null, GraphSettings.Kind, null, Most).Where(job => (!job.IsOver || IsOver(job)) && !hidden.Contains(job.Id));
    }

    /// <summary>What a prompt came to, as the history shows it.</summary>
    public JsonObject EntryOf(Job job)
    {
        JsonObject kept = _newest is { } newest && newest.Item1 == job.Id ? newest.Item2
            : job.Result is JsonElement result && result.ValueKind == JsonValueKind.Object ? JsonObject.Create(result)! : Ended(job);
        return new JsonObject
        {
            ["prompt"] = Item(job), ["outputs"] = kept["outputs"]?.DeepClone() ?? new JsonObject(), ["status"] = kept["status"]?.DeepClone(), ["meta"] = kept["meta"]?.DeepClone() ?? new JsonObject(),
        };
    }

    // A job that was cancelled, or failed before it began, left no result.
    private static JsonObject Ended(Job job)
    {
        string type = job.State == JobState.Cancelled ? Interrupted : "execution_error";
        return new JsonObject
        {
            ["status"] = new JsonObject { ["status_str"] = "error", ["completed"] = false, ["messages"] = new JsonArray(new JsonArray(type, EndOf(job))) },
        };
    }
}
