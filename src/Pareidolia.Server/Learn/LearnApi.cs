using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pareidolia.Server.Learn;

/// <summary><c>/api/v1/learn</c>: the networks of the story, to be tried out one by one.</summary>
internal static class LearnApi
{
    /// <summary>Adds the route.</summary>
    public static void MapLessons(this IEndpointRouteBuilder routes) => _ = routes
        .MapGet("/api/v1/learn", (LessonShelf lessons) => Results.Json([.. lessons.Views()], ServerJson.Default.LessonViewArray))
        .WithTags("Catalogs").Produces<LessonView[]>().WithSummary("The networks that can be tried out one by one, the models that have each, and how to train one.");
}
