using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Safety;
using Pareidolia.Server.Train;

namespace Pareidolia.Server.Jobs;

/// <summary><c>/api/v1/jobs</c>: submit, list, watch, steer.</summary>
internal static class JobsApi
{
    private const int MostKeyLength = 200;

    /// <summary>Adds the routes.</summary>
    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder jobs = routes.MapGroup("/api/v1/jobs").WithTags("Jobs");
        _ = jobs.MapPost("/", Submit).Accepts<PictureOrder>("application/json").Produces<JobView>(202)
            .WithSummary("Submit a job: its kind and settings. A repeated Idempotency-Key gives the first job again.");
        _ = jobs.MapGet("/", (HttpContext context, JobStore store, JobQueue queue) => List(context, store, queue)).Produces<JobPage>()
            .WithSummary("List jobs, the newest first.");
        _ = jobs.MapGet("/{id}", (string id, JobQueue queue) => Answer(queue, queue.Get(id))).Produces<JobView>().WithSummary("One job.");
        _ = jobs.MapPatch("/{id}", Move).Accepts<JobMove>("application/json").Produces<JobView>().WithSummary("Change a job's priority or place.");
        Steer(jobs, "cancel", (queue, id) => queue.Cancel(id), "End a job.");
        Steer(jobs, "pause", (queue, id) => queue.Pause(id), "Stop a job, to go on later from its last step.");
        Steer(jobs, "resume", (queue, id) => queue.Resume(id), "Go on with a paused job.");
        Steer(jobs, "retry", (queue, id) => queue.Retry(id), "Do a failed or cancelled job once more.");
        _ = jobs.MapGet("/{id}/preview", Preview).Produces(200, contentType: "image/png").WithSummary("The newest preview of a running job.");
        _ = jobs.MapGet("/{id}/events", WatchOne).Produces(200, contentType: "text/event-stream").WithSummary("What happens to a job, as it happens.");
        _ = routes.MapGet("/api/v1/events", WatchAll).WithTags("Jobs").Produces(200, contentType: "text/event-stream")
            .WithSummary("What happens to all jobs, as it happens.");
    }

    private static void Steer(RouteGroupBuilder jobs, string verb, Func<JobQueue, string, Job> act, string summary) =>
        jobs.MapPost($"/{{id}}/{verb}", (string id, HttpContext context, JobQueue queue, AuditLog audit) =>
        {
            Gate.RequireOwner(context, queue.Get(id).Owner);
            audit.Write(context, $"job {verb}", id);
            return Answer(queue, act(queue, id));
        }).Produces<JobView>().WithSummary(summary);

    private static IResult Answer(JobQueue queue, Job job, int status = 200) => Results.Json(queue.View(job), ServerJson.Default.JobView, statusCode: status);

    private static async Task<IResult> Submit(HttpContext context, JobQueue queue, AuditLog audit)
    {
        JsonElement body = await JsonBody.Read(context).ConfigureAwait(false);
        if (!body.TryGetProperty("kind", out JsonElement kind) || kind.ValueKind != JsonValueKind.String)
            throw Refusal.Bad("The job has no 'kind'; \"generate\" draws pictures.", "kind");
        if (kind.GetString() == TrainJobs.Kind)
            Gate.RequireOwner(context, null);
        Job job = queue.Submit(kind.GetString()!, body, TicketOf(context, body));
        audit.Write(context, $"job {job.Kind}", job.Id);
        context.Response.Headers.Location = $"/api/v1/jobs/{job.Id}";
        return Answer(queue, job, StatusCodes.Status202Accepted);
    }

    private static Ticket TicketOf(HttpContext context, JsonElement body)
    {
        string? key = context.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } text ? text : null;
        if (key?.Length > MostKeyLength)
            throw Refusal.Bad($"The Idempotency-Key has {key.Length} characters; at most {MostKeyLength} are kept.");
        int priority = 0;
        if (body.TryGetProperty("priority", out JsonElement wanted) && !(wanted.ValueKind == JsonValueKind.Number && wanted.TryGetInt32(out priority)))
            throw Refusal.Bad("The priority is no whole number.", "priority");
        string? owner = context.User.Identity?.Name;
        return new Ticket(owner, key is null ? null : $"{owner} {key}", priority);
    }

    private static IResult List(HttpContext context, JobStore store, JobQueue queue)
    {
        HttpRequest request = context.Request;
        int limit = Asked.Whole(request, "limit", 50, 1, 500);
        List<Job> found = store.List(JobView.Parse(Asked.Text(request, "state")), Asked.Text(request, "kind"), Asked.Text(request, "cursor"), limit);
        string? cursor = found.Count == limit ? found[^1].Id : null;
        return Results.Json(new JobPage(queue.Views(found), cursor), ServerJson.Default.JobPage);
    }

    private static async Task<IResult> Move(string id, HttpContext context, JobQueue queue)
    {
        Gate.RequireOwner(context, queue.Get(id).Owner);
        JobMove move = await JsonBody.Read(context, ServerJson.Default.JobMove).ConfigureAwait(false);
        return Answer(queue, queue.Move(id, move.Priority, move.BeforeJob));
    }

    private static IResult Preview(string id, JobQueue queue)
    {
        Job job = queue.Get(id);
        return queue.Running is RunningJob run && run.Job.Id == job.Id && run.Preview is PreviewShown shown
            ? Results.Bytes(shown.File, shown.ContentType)
            : throw Refusal.Missing("The job has no preview now.");
    }

    private static async Task WatchOne(string id, HttpContext context, JobQueue queue, JobEvents events)
    {
        using JobEvents.Watcher watcher = events.Watch(id);
        Job job = queue.Get(id);
        await EventStream.Begin(context.Response).ConfigureAwait(false);
        await EventStream.Write(context.Response, "job", JsonSerializer.Serialize(queue.View(job), ServerJson.Default.JobView)).ConfigureAwait(false);
        if (!job.IsOver)
            await EventStream.Relay(context.Response, watcher, happened => happened.Json, IsLast).ConfigureAwait(false);
    }

    private static async Task WatchAll(HttpContext context, JobEvents events)
    {
        using JobEvents.Watcher watcher = events.Watch();
        await EventStream.Begin(context.Response).ConfigureAwait(false);
        await EventStream.Write(context.Response, "hello", "{}").ConfigureAwait(false);
        await EventStream.Relay(context.Response, watcher, Line, _ => false).ConfigureAwait(false);
    }

    private static bool IsLast(StudioEvent happened) => happened.Name is "done" or "failed";

    // A stream of all jobs says of each event whose it is; a job and a picture say so themselves.
    private static string Line(StudioEvent happened) => happened.Json.StartsWith('{') && happened.Name is not ("job" or "done" or "failed" or "picture")
        ? $"{{\"jobId\":\"{happened.JobId}\"{(happened.Json.Length > 2 ? "," : "")}{happened.Json[1..]}"
        : happened.Json;
}
