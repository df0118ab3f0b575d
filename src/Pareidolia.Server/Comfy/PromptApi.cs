using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Graph;
using Pareidolia.Graph.Validation;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Safety;

namespace Pareidolia.Server.Comfy;

/// <summary><c>/prompt</c>, <c>/queue</c>, <c>/history</c>, <c>/interrupt</c>, <c>/free</c> of ComfyUI.</summary>
internal static class PromptApi
{
    private const int Urgent = 1;

    /// <summary>Adds the routes.</summary>
    public static void MapPrompts(this IEndpointRouteBuilder routes)
    {
        _ = routes.MapPost("/prompt", Submit).WithSummary("Queue a graph.");
        _ = routes.MapGet("/prompt", (ComfySockets sockets) => Json(new JsonObject { ["exec_info"] = new JsonObject { ["queue_remaining"] = sockets.Remaining } }))
            .WithSummary("How many graphs wait.");
        _ = routes.MapGet("/queue", (JobStore store, JobQueue queue) => Json(Queue(store, queue))).WithSummary("The graphs that run and wait.");
        _ = routes.MapPost("/queue", ChangeQueue).WithSummary("Take graphs out of the queue.");
        _ = routes.MapPost("/interrupt", Interrupt).WithSummary("End the graph that runs.");
        _ = routes.MapPost("/free", Free).Needs(Role.Admin).WithSummary("Let go of models and results in memory.");
        _ = routes.MapGet("/history", (HttpContext context, PromptHistory history) => Json(history.List(
            Asked.Text(context.Request, "max_items") is null ? null : Asked.Whole(context.Request, "max_items", 0, 0, int.MaxValue), Asked.Whole(context.Request, "offset", -1, -1, int.MaxValue))))
            .WithSummary("The graphs that are over.");
        _ = routes.MapGet("/history/{id}", (string id, PromptHistory history) => Json(history.One(id))).WithSummary("A graph that is over; nothing before.");
        _ = routes.MapPost("/history", ChangeHistory).WithSummary("Take graphs out of the history.");
    }

    /// <summary>An answer of JSON.</summary>
    public static IResult Json(JsonNode body, int status = 200) => Results.Text(body.ToJsonString(), "application/json", statusCode: status);

    private static async Task<IResult> Submit(HttpContext context, GraphRunner runner, JobQueue queue, ComfySockets sockets, AuditLog audit)
    {
        JsonObject body = await ComfyBody.Read(context).ConfigureAwait(false);
        if (body["prompt"] is not JsonObject graph)
            return Json(ComfyErrors.Body(new NodeFault("no_prompt", "No prompt provided", "No prompt provided"), []), 400);
        GraphCheck check = Check(runner, graph, body);
        if (check.Fault is not null)
            return Json(ComfyErrors.Body(check.Fault, check.NodeErrors()), 400);
        string? promptId = TextOf(body["prompt_id"]);
        Ticket ticket = new(context.User.Identity?.Name, promptId is null ? null : PromptId.KeyOf(promptId), IsUrgent(body) ? Urgent : 0);
        sockets.HoldUntilAnswered(ClientOf(body), context);
        Job job = queue.Submit(GraphSettings.Kind, SettingsOf(body, graph, promptId), ticket);
        audit.Write(context, $"job {job.Kind}", job.Id);
        return Json(new JsonObject { ["prompt_id"] = PromptId.Of(job), ["number"] = PromptHistory.NumberOf(job), ["node_errors"] = check.NodeErrors() });
    }

    private static GraphCheck Check(GraphRunner runner, JsonObject graph, JsonObject body)
    {
        try
        {
            return runner.Check(new GraphPrompt(graph), TargetsOf(body));
        }
        catch (PareidoliaException error)
        {
            return new GraphCheck(new NodeFault("invalid_prompt", error.Message, ""), new Dictionary<string, FaultyNode>(), []);
        }
    }

    private static JsonElement SettingsOf(JsonObject body, JsonObject graph, string? promptId)
    {
        JsonObject settings = new() { ["kind"] = GraphSettings.Kind, ["prompt"] = graph.DeepClone() };
        if (body["extra_data"] is JsonObject extra)
            Keep(extra, settings);
        if (NumberOf(body) is double number)
            settings["number"] = number;
        if (ClientOf(body) is string client)
            settings["clientId"] = client;
        if (promptId is not null)
            settings["promptId"] = promptId;
        if (TargetsOf(body) is string[] targets)
            settings["targets"] = new JsonArray([.. targets.Select(target => (JsonNode)target)]);
        return JsonElement.Parse(settings.ToJsonString());
    }

    // What is written into pictures has its place of its own; keys to other services, which front ends send along, are not kept.
    private static void Keep(JsonObject extra, JsonObject settings)
    {
        if (extra["extra_pnginfo"] is JsonObject info)
            settings["extraInfo"] = info.DeepClone();
        settings["extraData"] = new JsonObject(extra
            .Where(entry => entry.Key is not ("extra_pnginfo" or "client_id" or "auth_token_comfy_org" or "api_key_comfy_org"))
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())));
    }

    private static string? ClientOf(JsonObject body) => TextOf(body["client_id"]) ?? TextOf((body["extra_data"] as JsonObject)?["client_id"]);

    private static string[]? TargetsOf(JsonObject body) => body["partial_execution_targets"] is JsonArray targets ? [.. targets.Select(TextOf).OfType<string>()] : null;

    private static bool IsUrgent(JsonObject body) => body["front"]?.GetValueKind() == JsonValueKind.True || NumberOf(body) < 0;

    private static double? NumberOf(JsonObject body) =>
        body["number"]?.GetValueKind() == JsonValueKind.Number && body["number"]!.AsValue().TryGetValue(out double number) && double.IsFinite(number) ? number : null;

    private static string? TextOf(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static JsonObject Queue(JobStore store, JobQueue queue)
    {
        // The waiting ones first: one that begins in between is in both, never in neither, which would tell clients that it is lost.
        Job[] waiting = [.. store.Waiting(GraphSettings.Kind)];
        Job? running = queue.Running?.Job is { Kind: GraphSettings.Kind } job ? job : null;
        return new JsonObject
        {
            ["queue_running"] = running is null ? [] : new JsonArray(PromptHistory.Item(running)),
            ["queue_pending"] = new JsonArray([.. waiting.Where(job => job.Id != running?.Id).Select(PromptHistory.Item)]),
        };
    }

    private static async Task<IResult> ChangeQueue(HttpContext context, JobStore store, JobQueue queue, AuditLog audit)
    {
        JsonObject body = await ComfyBody.Read(context).ConfigureAwait(false);
        Job[] named = [.. IdsOf(body["delete"]).Select(id => PromptId.Find(store, id)).OfType<Job>().Where(job => job.State == JobState.Queued)];
        foreach (Job job in named)
            Gate.RequireOwner(context, job.Owner);
        // Who clears the queue means their own part of it.
        IEnumerable<Job> cleared = IsTrue(body["clear"]) ? store.Waiting(GraphSettings.Kind).Where(job => Gate.MayChange(context, job.Owner)) : [];
        foreach (Job job in cleared.Concat(named))
            Cancel(context, queue, audit, job);
        return Results.Ok();
    }

    private static async Task<IResult> Interrupt(HttpContext context, JobStore store, JobQueue queue, AuditLog audit)
    {
        JsonObject body = await ComfyBody.Read(context).ConfigureAwait(false);
        Job? running = queue.Running?.Job is { Kind: GraphSettings.Kind } job ? job : null;
        // Who names a prompt means that one alone.
        bool isMeant = TextOf(body["prompt_id"]) is not string id || PromptId.Find(store, id)?.Id == running?.Id;
        if (running is null || !isMeant)
            return Results.Ok();
        Gate.RequireOwner(context, running.Owner);
        Cancel(context, queue, audit, running);
        return Results.Ok();
    }

    private static void Cancel(HttpContext context, JobQueue queue, AuditLog audit, Job job)
    {
        audit.Write(context, "job cancel", job.Id);
        _ = queue.Cancel(job.Id);
    }

    private static async Task<IResult> Free(HttpContext context, GraphRunner runner, AuditLog audit)
    {
        JsonObject body = await ComfyBody.Read(context).ConfigureAwait(false);
        bool models = IsTrue(body["unload_models"]);
        if (!models && !IsTrue(body["free_memory"]))
            return Results.Ok();
        audit.Write(context, "free", models ? "results and models" : "results");
        runner.FreeWhenIdle(models);
        return Results.Ok();
    }

    private static async Task<IResult> ChangeHistory(HttpContext context, JobStore store, PromptHistory history)
    {
        JsonObject body = await ComfyBody.Read(context).ConfigureAwait(false);
        Job[] named = [.. IdsOf(body["delete"]).Select(id => PromptId.Find(store, id)).OfType<Job>()];
        foreach (Job job in named)
            Gate.RequireOwner(context, job.Owner);
        IEnumerable<Job> cleared = IsTrue(body["clear"]) ? history.Over().Where(job => Gate.MayChange(context, job.Owner)) : [];
        history.Hide(cleared.Concat(named));
        return Results.Ok();
    }

    private static bool IsTrue(JsonNode? value) => value?.GetValueKind() == JsonValueKind.True;

    private static IEnumerable<string> IdsOf(JsonNode? value) => (value as JsonArray)?.Select(TextOf).OfType<string>() ?? [];
}
