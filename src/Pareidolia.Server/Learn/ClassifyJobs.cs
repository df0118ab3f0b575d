using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Uploads;

namespace Pareidolia.Server.Learn;

/// <summary>
/// Jobs of kind <c>classify</c>: <c>{"kind": "classify", "picture": "...", "categories": ["a cat", "a dog"]}</c>. A model's CLIP says which of the
/// categories a picture shows, though it was trained for none of them.
/// </summary>
internal sealed class ClassifyJobs(PictureSources sources, LessonShelf lessons)
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "classify";

    private const int MostCategories = 100;
    private const int LongestCategory = 200;

    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(Kind, new JobKind((job, _) => Run(job).ToAsyncEnumerable()) { Complete = Complete });

    private JsonElement Complete(JsonElement settings)
    {
        ClassifyOrder order = JsonBody.As(settings, ServerJson.Default.ClassifyOrder);
        _ = sources.Get(order.Picture ?? throw Refusal.Bad("The job has no 'picture', the id of one of the gallery or of an upload.", "picture"), "picture");
        string[] categories = [.. (order.Categories ?? []).Select(category => category?.Trim() ?? "").Where(category => category.Length > 0)];
        if (categories.Length is < 2 or > MostCategories || categories.Any(category => category.Length > LongestCategory))
            throw Refusal.Bad($"{categories.Length} categories are named; 2 to {MostCategories} of at most {LongestCategory} characters are needed.", "categories");
        return JsonSerializer.SerializeToElement(new ClassifyOrder(lessons.Find(Lesson.Clip, order.Model).Name, order.Picture, categories), ServerJson.Default.ClassifyOrder);
    }

    private IEnumerable<JobStep> Run(Job job)
    {
        ClassifyOrder order = JsonBody.As(job.Settings, ServerJson.Default.ClassifyOrder);
        Image picture = sources.Get(order.Picture!, "picture");
        using PictureLabels labels = PictureLabels.Load(lessons.Find(Lesson.Clip, order.Model).Path);
        IReadOnlyList<double> shares = labels.Of(picture, order.Categories!);
        ClassifyReport report = new([.. order.Categories!.Select((category, i) => new CategoryView(category, shares[i]))]);
        yield return new StepTaken(1, 1);
        yield return new ResultKnown(JsonSerializer.SerializeToElement(report, ServerJson.Default.ClassifyReport));
    }
}

/// <summary>Which picture, and what it might show.</summary>
internal sealed record ClassifyOrder(string? Model, string? Picture, IReadOnlyList<string>? Categories);

/// <summary>A category, and how likely the picture shows it, 0 to 1.</summary>
internal sealed record CategoryView(string Category, double Probability);

/// <summary>What the picture shows.</summary>
internal sealed record ClassifyReport(IReadOnlyList<CategoryView> Categories);
