using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Imaging;
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
        using PromptVerifier verifier = PromptVerifier.Load(shelf.Find(name).Path);
        PromptScore score = verifier.Score(PngReader.Read(pictures.FileOf(picture.Id)), picture.Prompt);
        JsonElement report = JsonSerializer.SerializeToElement(
            new ExplainReport(picture.Id, picture.Prompt, score.Whole, [.. score.Phrases.Select(part => new PhraseScore(part.Phrase, part.Score))]),
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

/// <summary>How well a picture fits its prompt.</summary>
internal sealed record ExplainReport(string Picture, string Prompt, double Whole, IReadOnlyList<PhraseScore> Phrases);

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
