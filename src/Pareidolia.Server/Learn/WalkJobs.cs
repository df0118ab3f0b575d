using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.Learn;

/// <summary>
/// Jobs of kind <c>walk</c>: <c>{"kind": "walk", "from": "a 3", "to": "an 8", "steps": 12}</c>. The way through a GAN's latent space becomes one picture, and
/// each of its stations a frame of the picture's film.
/// </summary>
internal sealed class WalkJobs(LessonShelf lessons, PictureStore pictures)
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "walk";

    private const int LongestPrompt = 1000;
    private const int UsualSteps = 12;
    private const int MostSteps = 64;
    private const int Gap = 2;

    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(Kind, new JobKind((job, _) => Run(job).ToAsyncEnumerable()) { Complete = Complete });

    private JsonElement Complete(JsonElement settings)
    {
        WalkOrder order = JsonBody.As(settings, ServerJson.Default.WalkOrder);
        string from = Checking.Text(order.From, "from", LongestPrompt);
        ulong seed = Checking.Seed(order.Seed);
        WalkOrder whole = new(Kind, lessons.Find(Lesson.Gan, order.Model).Name, from, order.To is null ? from : Checking.Text(order.To, "to", LongestPrompt),
            seed, order.ToSeed ?? seed, Checking.Whole(order.Steps, "steps", 2, UsualSteps, MostSteps));
        return JsonSerializer.SerializeToElement(whole, ServerJson.Default.WalkOrder);
    }

    private IEnumerable<JobStep> Run(Job job)
    {
        WalkOrder order = JsonBody.As(job.Settings, ServerJson.Default.WalkOrder);
        using GanPipeline pipeline = GanPipeline.Load(lessons.Find(Lesson.Gan, order.Model).Path);
        IReadOnlyList<Image> stations = pipeline.Walk((order.From!, order.Seed!.Value), (order.To!, order.ToSeed!.Value), order.Steps!.Value);
        for (int i = 0; i < stations.Count; i++)
            pictures.AddFrame($"{job.Id}-0", i, PngWriter.Encode(stations[i]));
        yield return new StepTaken(1, 1);
        yield return new PictureMade(Stored(job, order, pipeline, Mosaic.Strip(stations, Gap)));
    }

    private Picture Stored(Job job, WalkOrder order, GanPipeline pipeline, Image way)
    {
        string prompt = order.From == order.To ? order.From! : $"{order.From} → {order.To}";
        Infotext infotext = new() { Prompt = prompt };
        infotext.Fields["Seed"] = string.Create(CultureInfo.InvariantCulture, $"{order.Seed}");
        infotext.Fields["Size"] = $"{pipeline.Size}x{pipeline.Size}";
        infotext.Fields["Model"] = pipeline.Name;
        way.Texts[Infotext.Key] = infotext.Build();
        return pictures.Add(job.Id, 0, way, job.Settings, prompt, order.Seed);
    }
}

/// <summary>The way through a latent space.</summary>
/// <param name="Kind"><c>walk</c>, so that the picture's settings are not taken for an order.</param>
/// <param name="Model">The GAN; null for the first.</param>
/// <param name="From">The prompt at the beginning.</param>
/// <param name="To">The prompt at the end; null for the same.</param>
/// <param name="Seed">The noise at the beginning; null for any.</param>
/// <param name="ToSeed">The noise at the end; null for the same.</param>
/// <param name="Steps">Pictures on the way.</param>
internal sealed record WalkOrder(
    string? Kind, string? Model, string? From, string? To, [property: JsonConverter(typeof(SeedConverter))] ulong? Seed,
    [property: JsonConverter(typeof(SeedConverter))] ulong? ToSeed, int? Steps);
