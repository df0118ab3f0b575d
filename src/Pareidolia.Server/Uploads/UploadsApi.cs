using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Server.Http;

namespace Pareidolia.Server.Uploads;

/// <summary><c>/api/v1/uploads</c> and <c>/api/v1/settings-of</c>: pictures that clients bring.</summary>
internal static class UploadsApi
{
    /// <summary>Adds the routes.</summary>
    public static void MapUploads(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/v1").WithTags("Pictures");
        _ = group.MapPost("/uploads", Add).Accepts<string>("application/octet-stream", "image/*").Produces<Upload>(201)
            .WithSummary("Bring a picture to start from: the body is its file.");
        _ = group.MapGet("/uploads/{id}", (string id, UploadStore uploads) => uploads.Find(id) is string file ? Results.File(file, "image/png")
            : throw Refusal.Missing("There is no such upload.")).Produces(200, contentType: "image/png").WithSummary("A picture that was brought.");
        _ = group.MapPost("/settings-of", Describe).Accepts<string>("application/octet-stream", "image/*").Produces<FoundSettings>()
            .WithSummary("The settings inside a picture: the body is its file.");
    }

    private static async Task<IResult> Add(HttpContext context, UploadStore uploads)
    {
        byte[] bytes = await Bytes(context).ConfigureAwait(false);
        return Results.Json(uploads.Add(bytes), ServerJson.Default.Upload, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> Describe(HttpContext context, UploadStore uploads)
    {
        byte[] bytes = await Bytes(context).ConfigureAwait(false);
        return Results.Json(FoundSettings.In(uploads.Read(bytes)), ServerJson.Default.FoundSettings);
    }

    private static async Task<byte[]> Bytes(HttpContext context)
    {
        using MemoryStream bytes = new();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        return bytes.Length > 0 ? bytes.ToArray() : throw Refusal.Bad("The body is empty; a picture's file is needed.");
    }
}
