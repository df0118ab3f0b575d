using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Train;

/// <summary><c>/api/v1/recipes</c>, <c>/api/v1/data</c> and the metrics of a run.</summary>
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
    }

    private static IResult Metrics(string id, JobQueue queue, TrainJobs jobs)
    {
        Job job = queue.Get(id);
        return job.Kind == TrainJobs.Kind ? Results.Text(jobs.MetricsOf(job), "application/json")
            : throw Refusal.Missing($"A job of kind '{job.Kind}' measures nothing; only those of kind '{TrainJobs.Kind}' do.");
    }
}
