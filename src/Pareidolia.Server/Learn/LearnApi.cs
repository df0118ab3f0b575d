using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Server.Models;

namespace Pareidolia.Server.Learn;

/// <summary><c>/api/v1/learn</c>: which networks of the story are here, to be tried out one by one.</summary>
internal static class LearnApi
{
    // A lesson, and the part of a model's folder that it needs.
    private static readonly (string Name, string Part)[] s_lessons = [("noise", "unet"), ("clip", "clip")];

    /// <summary>Adds the route.</summary>
    public static void MapLessons(this IEndpointRouteBuilder routes) => _ = routes
        .MapGet("/api/v1/learn", (ModelShelf shelf) => Results.Json([.. s_lessons.SelectMany(lesson => Here(shelf, lesson.Name, lesson.Part))], ServerJson.Default.LessonViewArray))
        .WithTags("Catalogs").Produces<LessonView[]>().WithSummary("The networks that can be tried out one by one, and the model that has each.");

    private static IEnumerable<LessonView> Here(ModelShelf shelf, string name, string part) => shelf.Models
        .Where(model => Directory.Exists(Path.Combine(model.Path, part))).Take(1).Select(model => new LessonView(name, model.Name));
}

/// <summary>A lesson.</summary>
/// <param name="Name">noise: diffusion; clip: pictures and words in one space.</param>
/// <param name="Model">The first model that has the network.</param>
internal sealed record LessonView(string Name, string Model);
