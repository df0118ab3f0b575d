using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Train;

/// <summary><c>/api/v1/recipes</c>, <c>/api/v1/data</c>, the metrics of a run and its newest sample.</summary>
internal static class TrainApi
{
    /// <summary>Adds the routes.</summary>
    public static void MapTraining(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/v1").WithTags("Training");
        _ = group.MapGet("/recipes", (RecipeShelf recipes) => Results.Json([.. recipes.Views], ServerJson.Default.RecipeViewArray)).Produces<RecipeView[]>()
            .WithSummary("What can be trained.");
        _ = group.MapGet("/data", (DataShelf data) => Results.Json([.. data.Views], ServerJson.Default.DataViewArray)).Produces<DataView[]>()
            .WithSummary("What it can be trained on.");
        _ = group.MapGet("/jobs/{id}/metrics", Metrics).Produces<System.Text.Json.JsonElement>().WithSummary("The loss and all else that a run has measured.");
        _ = group.MapGet("/jobs/{id}/sample", Sample).Produces(200, contentType: "image/png").WithSummary("The newest sample of a run, also when it has stopped or is done.");
    }

    private static IResult Metrics(string id, JobQueue queue, TrainJobs jobs) => Results.Text(jobs.MetricsOf(Run(id, queue, "measures")), "application/json");

    private static IResult Sample(string id, HttpContext context, JobQueue queue, TrainJobs jobs)
    {
        string file = jobs.SampleOf(Run(id, queue, "samples")) ?? throw Refusal.Missing("The run has drawn no sample yet.");
        // The next sample has the same address.
        context.Response.Headers.CacheControl = "no-cache";
        return Results.File(file, "image/png", lastModified: File.GetLastWriteTimeUtc(file));
    }

    private static Job Run(string id, JobQueue queue, string verb)
    {
        Job job = queue.Get(id);
        return job.Kind == TrainJobs.Kind ? job : throw Refusal.Missing($"A job of kind '{job.Kind}' {verb} nothing; only those of kind '{TrainJobs.Kind}' do.");
    }
}
