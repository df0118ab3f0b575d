using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Safety;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Observing;

/// <summary><c>/healthz</c> and <c>/metrics</c>.</summary>
internal static class HealthApi
{
    private const long LeastRoom = 100L << 20;

    /// <summary>Adds the routes.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        _ = routes.MapGet("/healthz", Check).WithTags("Running it").WithMetadata(new OpenToAll()).Produces<Health>().Produces<Health>(503)
            .WithSummary("Whether the server can do its work: 200, or 503 and why not.");
        _ = routes.MapGet("/metrics", (PrometheusText metrics) => Results.Text(metrics.Write(), PrometheusText.ContentType)).WithTags("Running it")
            .Produces(200, contentType: "text/plain").WithSummary("What the server measures, as Prometheus reads it.");
    }

    private static IResult Check(Database database, DataFolder folder, JobStore store, JobQueue queue, JobWorker worker, ModelShelf shelf)
    {
        List<string> faults = [];
        if (database.Number("SELECT 1") != 1)
            faults.Add("the database does not answer");
        if (new DriveInfo(folder.Path).AvailableFreeSpace is long room && room < LeastRoom)
            faults.Add($"only {room >> 20} MiB are left for pictures");
        if (worker.ExecuteTask is null or { IsCompleted: true })
            faults.Add("nothing does the jobs");
        Health health = new(faults.Count == 0 ? "ok" : "failing", faults, store.Count(JobState.Queued), queue.Running?.Job.Id, shelf.Held.LastOrDefault(),
            typeof(HealthApi).Assembly.GetName().Version?.ToString(3) ?? "");
        return Results.Json(health, ServerJson.Default.Health, statusCode: faults.Count == 0 ? 200 : 503);
    }
}

/// <summary>How the server is.</summary>
internal sealed record Health(string Status, IReadOnlyList<string> Faults, int Waiting, string? Running, string? Model, string Version);
