using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Safety;

namespace Pareidolia.Server.Comfy;

/// <summary><c>/api/jobs</c> of newer versions of ComfyUI: the queue and the history in one list.</summary>
internal static class ComfyJobsApi
{
    private const int MostJobs = 1000;

    private static readonly string[] s_states = ["pending", "in_progress", "completed", "failed", "cancelled"];

    /// <summary>Adds the routes.</summary>
    public static void MapComfyJobs(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder jobs = routes.MapGroup("/api/jobs").WithTags("ComfyUI").WithMetadata(ComfyErrors.Form);
        _ = jobs.MapGet("/", (HttpContext context, PromptHistory history) => List(context.Request, history)).WithSummary("The graphs that wait, run and are over.");
        _ = jobs.MapGet("/{id}", (string id, JobStore store, PromptHistory history) => PromptApi.Json(View(Find(store, id), history, whole: true))).WithSummary("One graph.");
        _ = jobs.MapPost("/{id}/cancel", Cancel).WithSummary("End a graph, or take it out of the queue.");
    }

    private static IResult List(HttpRequest request, PromptHistory history)
    {
        string[] states = Asked.Text(request, "status")?.Split(',', StringSplitOptions.TrimEntries) ?? s_states;
        if (states.FirstOrDefault(state => !s_states.Contains(state)) is string unknown)
            throw Refusal.Bad($"There is no status '{Refusal.Short(unknown)}'; there are {string.Join(", ", s_states)}.", "status");
        string? workflow = Asked.Text(request, "workflow_id");
        Job[] found = [.. history.All().Where(job => states.Contains(StateOf(job)) && (workflow is null || WorkflowOf(job) == workflow))];
        if (Asked.Text(request, "sort_by") == "execution_duration")
            found = [.. found.OrderByDescending(job => job.EndedAt - job.StartedAt)];
        if (Asked.Text(request, "sort_order") == "asc")
            Array.Reverse(found);
        int offset = Asked.Whole(request, "offset", 0, 0, int.MaxValue), limit = Asked.Whole(request, "limit", MostJobs, 1, MostJobs);
        JsonNode[] page = [.. found.Skip(offset).Take(limit).Select(job => View(job, history, whole: false))];
        return PromptApi.Json(new JsonObject
        {
            ["jobs"] = new JsonArray(page),
            ["pagination"] = new JsonObject { ["offset"] = offset, ["limit"] = limit, ["total"] = found.Length, ["has_more"] = offset + page.Length < found.Length },
        });
    }

    private static IResult Cancel(string id, HttpContext context, JobStore store, JobQueue queue, AuditLog audit)
    {
        Job job = Find(store, id);
        Gate.RequireOwner(context, job.Owner);
        audit.Write(context, "job cancel", job.Id);
        _ = queue.Cancel(job.Id);
        return PromptApi.Json(new JsonObject { ["id"] = id, ["cancelled"] = !job.IsOver });
    }

    private static Job Find(JobStore store, string id) => PromptId.Find(store, id) ?? throw Refusal.Missing("There is no such job.");

    private static JsonObject View(Job job, PromptHistory history, bool whole)
    {
        JsonObject? entry = job.IsOver ? history.EntryOf(job) : null;
        JsonArray item = PromptHistory.Item(job);
        JsonObject view = new()
        {
            ["id"] = PromptId.Of(job),
            ["status"] = StateOf(job),
            ["priority"] = PromptHistory.NumberOf(job),
            ["create_time"] = job.CreatedAt.ToUnixTimeMilliseconds(),
            ["outputs_count"] = Pictures(entry).Count(),
        };
        Add("execution_start_time", job.StartedAt?.ToUnixTimeMilliseconds());
        Add("execution_end_time", job.EndedAt?.ToUnixTimeMilliseconds());
        Add("execution_error", ErrorOf(entry));
        Add("preview_output", Pictures(entry).LastOrDefault());
        Add("workflow_id", WorkflowOf(job));
        if (whole)
            (view["outputs"], view["execution_status"], view["workflow"]) = (
                entry?["outputs"]?.DeepClone() ?? new JsonObject(), entry?["status"]?.DeepClone(),
                new JsonObject { ["prompt"] = item[2]?.DeepClone(), ["extra_data"] = item[3]?.DeepClone() });
        return view;

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
                view[name] = value;
        }
    }

    private static string StateOf(Job job) => job.State switch
    {
        JobState.Queued or JobState.Paused => s_states[0],
        JobState.Running => s_states[1],
        JobState.Done => s_states[2],
        JobState.Failed => s_states[3],
        _ => s_states[4],
    };

    private static string? WorkflowOf(Job job) =>
        job.Settings.TryGetProperty("extraInfo", out JsonElement extra) && extra.ValueKind == JsonValueKind.Object
        && extra.TryGetProperty("workflow", out JsonElement workflow) && workflow.ValueKind == JsonValueKind.Object ? JsonBody.Text(workflow, "id") : null;

    private static IEnumerable<JsonObject> Pictures(JsonObject? entry)
    {
        foreach ((string node, JsonNode? output) in entry?["outputs"] as JsonObject ?? [])
            foreach (JsonNode? picture in output?["images"] as JsonArray ?? [])
                if (picture?.DeepClone() is JsonObject shown)
                {
                    (shown["nodeId"], shown["mediaType"]) = (node, "images");
                    yield return shown;
                }
    }

    private static JsonNode? ErrorOf(JsonObject? entry) => (entry?["status"]?["messages"] as JsonArray)?
        .FirstOrDefault(message => message?[0]?.GetValue<string>() == "execution_error")?[1]?.DeepClone();
}
