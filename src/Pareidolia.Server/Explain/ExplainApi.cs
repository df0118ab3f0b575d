using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.Explain;

/// <summary><c>/api/v1/pictures/{id}/explain</c>.</summary>
internal static class ExplainApi
{
    /// <summary>Adds the routes.</summary>
    public static void MapExplanations(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/v1/pictures/{id}/explain").WithTags("Pictures");
        _ = group.MapPost("/", Submit).Produces<JobView>(202).WithSummary("Have a picture compared with its prompt, and its words with its parts.");
        _ = group.MapGet("/", (string id, PictureStore pictures, ExplanationStore store) => store.Find(pictures.Get(id).Id) is JsonElement report
            ? Results.Json(report, ServerJson.Default.JsonElement) : throw Refusal.Missing("The picture was not explained yet: POST here first."))
            .Produces<Explanation>().WithSummary("How well a picture fits its prompt, and what drew what.");
        _ = group.MapGet("/words/{number:int}", (string id, int number, PictureStore pictures, ExplanationStore store) =>
            store.FindMap(pictures.Get(id).Id, number) is string file ? Results.File(file, "image/png") : throw Refusal.Missing("There is no map of such a word."))
            .Produces(200, contentType: "image/png").WithSummary("Where a word was looked at.");
    }

    private static IResult Submit(string id, HttpContext context, JobQueue queue)
    {
        JsonElement order = JsonSerializer.SerializeToElement(new ExplainOrder(id), ServerJson.Default.ExplainOrder);
        Job job = queue.Submit(ExplainJobs.Kind, order, new Ticket(context.User.Identity?.Name));
        return Results.Json(queue.View(job), ServerJson.Default.JobView, statusCode: StatusCodes.Status202Accepted);
    }
}
