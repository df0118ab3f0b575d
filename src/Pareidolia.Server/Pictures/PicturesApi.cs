using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Imaging;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Safety;

namespace Pareidolia.Server.Pictures;

/// <summary><c>/api/v1/pictures</c>: the gallery.</summary>
internal static class PicturesApi
{
    private const string Forever = "private, max-age=31536000, immutable";

    /// <summary>Adds the routes.</summary>
    public static void MapPictures(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder pictures = routes.MapGroup("/api/v1/pictures").WithTags("Pictures");
        _ = pictures.MapGet("/", (HttpContext context, PictureStore store) => List(context.Request, store)).Produces<PicturePage>()
            .WithSummary("The gallery, the newest first; with deleted=true those that were deleted, which restore brings back.");
        _ = pictures.MapGet("/{id}", (string id, PictureStore store) => Answer(store.Get(id))).Produces<PictureView>().WithSummary("One picture.");
        _ = pictures.MapGet("/{id}/file", GetFile).Produces(200, contentType: "image/png").WithSummary("A picture's PNG file, its settings inside; with format=jpeg or webp and quality=1 to 100 written so; with deleted=true of a deleted picture.");
        _ = pictures.MapGet("/{id}/film", GetFilm).Produces<Film>().WithSummary("The frames of a picture's denoising.");
        _ = pictures.MapGet("/{id}/film/{number:int}", GetFrame).Produces(200, contentType: "image/png").WithSummary("One of the frames.");
        _ = pictures.MapPatch("/{id}", Like).Accepts<PictureChange>("application/json").Produces<PictureView>().WithSummary("Mark a picture as liked.");
        _ = pictures.MapDelete("/{id}", Delete).Produces(204).WithSummary("Delete a picture; restore brings it back for 30 days. With deleted=true remove a deleted one for good.");
        _ = pictures.MapPost("/{id}/restore", Restore).Produces<PictureView>().WithSummary("Bring a deleted picture back.");
    }

    private static IResult Answer(Picture picture) => Results.Json(PictureView.Of(picture), ServerJson.Default.PictureView);

    private static IResult List(HttpRequest request, PictureStore store)
    {
        PictureFilter filter = new()
        {
            Words = Asked.Text(request, "q"),
            Favourite = Asked.Flag(request, "favourite"),
            Model = Asked.Text(request, "model"),
            Sampler = Asked.Text(request, "sampler"),
            Before = Asked.Text(request, "cursor"),
            Deleted = Asked.Flag(request, "deleted") ?? false,
            Limit = Asked.Whole(request, "limit", 50, 1, 500),
        };
        List<Picture> found = store.List(filter);
        string? cursor = found.Count == filter.Limit ? found[^1].Id : null;
        return Results.Json(new PicturePage([.. found.Select(PictureView.Of)], cursor), ServerJson.Default.PicturePage);
    }

    private static IResult GetFile(string id, HttpContext context, PictureStore store)
    {
        Picture picture = Named(id, context.Request, store);
        // What is removed for good leaves the browser too.
        context.Response.Headers.CacheControl = picture.DeletedAt is null ? Forever : "no-store";
        return Asked.Text(context.Request, "format") is null or "png"
            ? Results.File(store.FileOf(picture), "image/png", lastModified: picture.CreatedAt, enableRangeProcessing: true)
            : Encoded(store.FileOf(picture), context.Request);
    }

    private static IResult Encoded(string file, HttpRequest request)
    {
        string format = Asked.Text(request, "format")!;
        ImageEncoding encoding = new(format switch
        {
            "jpeg" => ImageFormat.Jpeg,
            "webp" => ImageFormat.WebP,
            _ => throw Refusal.Bad($"format is '{Refusal.Short(format)}'; png, jpeg and webp are known.", "format"),
        }, Asked.Whole(request, "quality", ImageEncoding.UsualQuality, 1, 100));
        return Results.Bytes(ImageFile.Encode(PngReader.Read(file), encoding), $"image/{format}");
    }

    private static IResult GetFilm(string id, PictureStore store)
    {
        Picture picture = store.Get(id);
        int count = store.Frames(picture.Id).Length;
        return Results.Json(new Film([.. Enumerable.Range(0, count).Select(i => $"/api/v1/pictures/{picture.Id}/film/{i}")]), ServerJson.Default.Film);
    }

    private static IResult GetFrame(string id, int number, HttpContext context, PictureStore store)
    {
        string[] frames = store.Frames(store.Get(id).Id);
        if (number < 0 || number >= frames.Length)
            throw Refusal.Missing($"The picture has {frames.Length} frames; there is no number {number}.");
        context.Response.Headers.CacheControl = Forever;
        return Results.File(frames[number], "image/png");
    }

    private static async Task<IResult> Like(string id, HttpContext context, PictureStore store)
    {
        PictureChange change = await JsonBody.Read(context, ServerJson.Default.PictureChange).ConfigureAwait(false);
        Picture picture = store.Get(id);
        return Answer(change.Favourite is bool favourite ? store.Like(picture, favourite) : picture);
    }

    private static IResult Delete(string id, HttpContext context, PictureStore store, JobStore jobs, AuditLog audit)
    {
        Picture picture = Named(id, context.Request, store);
        Gate.RequireOwner(context, jobs.Find(picture.JobId)?.Owner);
        if (picture.DeletedAt is null)
        {
            audit.Write(context, "picture deleted", id);
            store.Delete(picture);
        }
        else
        {
            audit.Write(context, "picture removed for good", id);
            store.Forget(picture);
        }
        return Results.NoContent();
    }

    private static IResult Restore(string id, HttpContext context, PictureStore store, JobStore jobs, AuditLog audit)
    {
        if (store.Find(id) is Picture picture)
            Gate.RequireOwner(context, jobs.Find(picture.JobId)?.Owner);
        Picture restored = store.Restore(id);
        audit.Write(context, "picture restored", id);
        return Answer(restored);
    }

    // A deleted one is only meant where deleted=true says so.
    private static Picture Named(string id, HttpRequest request, PictureStore store) =>
        Asked.Flag(request, "deleted") == true ? store.GetDeleted(id) : store.Get(id);
}
