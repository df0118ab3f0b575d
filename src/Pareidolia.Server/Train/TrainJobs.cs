using System.Text.Json;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Storage;
using Pareidolia.Training;

namespace Pareidolia.Server.Train;

/// <summary>
/// Jobs of kind <c>train</c>: <c>{"kind": "train", "recipe": "diffusion", "data": "pictures"}</c>. A run that is paused or killed goes on from its last checkpoint and ends
/// in the same bytes.
/// </summary>
internal sealed class TrainJobs(RecipeShelf recipes, DataShelf data, DataFolder folder, StudioOptions options, ModelShelf shelf)
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "train";

    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(Kind, new JobKind((job, stop) => Run(job, stop).ToAsyncEnumerable()) { Complete = Complete });

    /// <summary>The lines of a run's metrics.</summary>
    public string MetricsOf(Job job)
    {
        string file = Path.Combine(FolderOf(job), "metrics.jsonl");
        return File.Exists(file) ? $"[{string.Join(',', File.ReadLines(file).Where(line => line.EndsWith('}')))}]" : "[]";
    }

    /// <summary>The file of a run's newest sample; null where it has none.</summary>
    public string? SampleOf(Job job) =>
        Directory.Exists(FolderOf(job)) ? Directory.EnumerateFiles(FolderOf(job), "sample-*.png").Max(StringComparer.Ordinal) : null;

    private string FolderOf(Job job) => Path.Combine(folder.Runs, job.Id);

    private JsonElement Complete(JsonElement settings)
    {
        if (!settings.TryGetProperty("recipe", out JsonElement name) || name.ValueKind != JsonValueKind.String)
            throw Refusal.Bad($"The job has no 'recipe'; there are {string.Join(", ", recipes.Names)}.", "recipe");
        _ = recipes.Find(name.GetString()!);
        string? from = JsonBody.Text(settings, "data") is string id ? data.Checked(id) : data.First;
        return JsonSerializer.SerializeToElement(new TrainOrder(name.GetString()!, from), ServerJson.Default.TrainOrder);
    }

    private IEnumerable<JobStep> Run(Job job, CancellationToken stop)
    {
        (Recipe recipe, string kind) = recipes.Find(job.Settings.GetProperty("recipe").GetString()!);
        shelf.Unload();
        using Trainer trainer = options.Trainers[kind](recipe, data.Find(JsonBody.Text(job.Settings, "data")));
        using TrainingLoop loop = new(trainer, FolderOf(job));
        string? shown = null;
        foreach (TrainingProgress progress in loop.Run(stop))
        {
            yield return new StepTaken(progress.Step, progress.Steps);
            yield return new Told("loss", JsonSerializer.SerializeToElement(
                new LossView(progress.Step, progress.Loss, progress.SamplesPerSecond), ServerJson.Default.LossView));
            if (SampleOf(job) is string sample && sample != shown)
                yield return new PreviewShown(File.ReadAllBytes(shown = sample));
        }
    }
}

/// <summary>What is trained.</summary>
/// <param name="Recipe">One of <c>GET /api/v1/recipes</c>.</param>
/// <param name="Data">One of <c>GET /api/v1/data</c>.</param>
internal sealed record TrainOrder(string Recipe, string? Data);

/// <summary>How well it goes.</summary>
internal sealed record LossView(int Step, double Loss, double SamplesPerSecond);
