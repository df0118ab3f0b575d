using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Storage;
using Pareidolia.Files;

namespace Pareidolia.Server.Explain;

/// <summary>Jobs of kind <c>explain</c>: how well a picture fits its prompt and each phrase of it, as the model's own CLIP sees it.</summary>
internal sealed class ExplainJobs(PictureStore pictures, ModelShelf shelf, DataFolder folder)
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "explain";

    private const int MostNearest = 6;

    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(Kind, new JobKind((job, _) => Run(job).ToAsyncEnumerable()) { Complete = Complete });

    /// <summary>The report of a picture; null where nobody has asked for it yet.</summary>
    public JsonElement? Report(string id) => File.Exists(FileOf(id)) ? JsonElement.Parse(File.ReadAllText(FileOf(id))) : null;

    private string FileOf(string id) => Path.Combine(folder.Films, $"{PictureId.Checked(id)}.json");

    private JsonElement Complete(JsonElement settings)
    {
        string? id = settings.TryGetProperty("picture", out JsonElement picture) && picture.ValueKind == JsonValueKind.String ? picture.GetString() : null;
        _ = pictures.Get(id ?? throw Refusal.Bad("The job has no 'picture', the id of one of the gallery.", "picture"));
        return JsonSerializer.SerializeToElement(new ExplainOrder(id), ServerJson.Default.ExplainOrder);
    }

    private IEnumerable<JobStep> Run(Job job)
    {
        Picture picture = pictures.Get(job.Settings.GetProperty("picture").GetString()!);
        string? name = picture.Settings is JsonElement settings ? PictureOrder.Read(settings).Model : null;
        string path = shelf.Find(name).Path;
        using PromptVerifier verifier = PromptVerifier.Load(path);
        Image image = PngReader.Read(pictures.FileOf(picture.Id));
        PromptScore score = verifier.Score(image, picture.Prompt);
        NearPicture[] nearest = PictureIndex.Load(path) is PictureIndex index ? [.. index.ByMeaning(verifier.Embed(image), MostNearest).Select(NearPicture.Of)] : [];
        JsonElement report = JsonSerializer.SerializeToElement(
            new ExplainReport(picture.Id, picture.Prompt, score.Whole, [.. score.Phrases.Select(part => new PhraseScore(part.Phrase, part.Score))], nearest),
            ServerJson.Default.ExplainReport);
        AtomicFile.Write(FileOf(picture.Id), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(report.GetRawText())));
        yield return new StepTaken(1, 1);
        yield return new ResultKnown(report);
    }
}

/// <summary>Which picture is explained.</summary>
internal sealed record ExplainOrder(string Picture);

/// <summary>How well a phrase fits, as a cosine: -1 to 1.</summary>
internal sealed record PhraseScore(string Phrase, double Score);

/// <summary>A picture that the model was trained on.</summary>
/// <param name="Caption">What is said of it.</param>
/// <param name="Similarity">The cosine of the two in CLIP's space.</param>
/// <param name="Url">A small copy of it, as a data address.</param>
internal sealed record NearPicture(string Caption, double Similarity, string Url)
{
    /// <summary>One of an index.</summary>
    public static NearPicture Of(IndexedPicture near) => new(near.Caption, near.Score,
        $"data:image/png;base64,{Convert.ToBase64String(PngWriter.Encode(new Image(PictureIndex.Side, PictureIndex.Side, 3, near.Pixels)))}");
}

/// <summary>How well a picture fits its prompt, and which training pictures mean the most similar; none where the model has no index of them.</summary>
internal sealed record ExplainReport(string Picture, string Prompt, double Whole, IReadOnlyList<PhraseScore> Phrases, IReadOnlyList<NearPicture> Nearest);

/// <summary><c>/api/v1/pictures/{id}/explain</c>.</summary>
internal static class ExplainApi
{
    /// <summary>Adds the routes.</summary>
    public static void MapExplanations(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/v1/pictures/{id}/explain").WithTags("Pictures");
        _ = group.MapPost("/", Submit).Produces<JobView>(202).WithSummary("Have a picture compared with its prompt.");
        _ = group.MapGet("/", (string id, PictureStore pictures, ExplainJobs jobs) => jobs.Report(pictures.Get(id).Id) is JsonElement report
            ? Results.Json(report, ServerJson.Default.JsonElement) : throw Refusal.Missing("The picture was not explained yet: POST here first."))
            .Produces<ExplainReport>().WithSummary("How well a picture fits its prompt.");
    }

    private static IResult Submit(string id, HttpContext context, JobQueue queue)
    {
        JsonElement order = JsonSerializer.SerializeToElement(new ExplainOrder(id), ServerJson.Default.ExplainOrder);
        Job job = queue.Submit(ExplainJobs.Kind, order, new Ticket(context.User.Identity?.Name));
        return Results.Json(queue.View(job), ServerJson.Default.JobView, statusCode: StatusCodes.Status202Accepted);
    }
}
