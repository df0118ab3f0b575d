using System.Text.Json;
using System.Text.Json.Serialization;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Uploads;

namespace Pareidolia.Server.Learn;

/// <summary>Jobs of kind <c>vary</c>: <c>{"kind": "vary", "picture": "...", "count": 4}</c>. A model of unCLIP draws anew what CLIP sees in a picture.</summary>
internal sealed class VaryJobs(LessonShelf lessons, ModelShelf shelf, PictureSources sources, PictureStore pictures)
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "vary";

    private const int UsualCount = 4;
    private const int MostCount = 16;

    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(Kind, new JobKind((job, stop) => ToldSteps.Of(tell => Run(job, tell, stop))) { Complete = Complete });

    private JsonElement Complete(JsonElement settings)
    {
        VaryOrder order = JsonBody.As(settings, ServerJson.Default.VaryOrder);
        _ = sources.Get(order.Picture ?? throw Refusal.Bad("The job has no 'picture', the id of one of the gallery or of an upload.", "picture"), "picture");
        VaryOrder whole = order with
        {
            Kind = Kind,
            Model = lessons.Find(Lesson.UnClip, order.Model).Name,
            Count = Checking.Whole(order.Count, "count", 1, UsualCount, MostCount),
            Steps = order.Steps is null ? null : Checking.Whole(order.Steps, "steps", 1, 1, 1000),
            Seed = Checking.Seed(order.Seed),
        };
        return JsonSerializer.SerializeToElement(whole, ServerJson.Default.VaryOrder);
    }

    private void Run(Job job, Tell tell, CancellationToken stop)
    {
        VaryOrder order = JsonBody.As(job.Settings, ServerJson.Default.VaryOrder);
        Image picture = sources.Get(order.Picture!, "picture");
        shelf.Unload();
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(lessons.Find(Lesson.UnClip, order.Model).Path);
        GenerateSettings settings = SettingsOf(order, pipeline.Defaults);
        int taken = 0, all = (settings.Count + pipeline.BatchSize(settings) - 1) / pipeline.BatchSize(settings) * pipeline.StepsOf(settings);
        IReadOnlyList<Image> drawn = new PictureVariations(pipeline).Of(picture, settings, () =>
        {
            stop.ThrowIfCancellationRequested();
            tell(new StepTaken(++taken, all));
        });
        for (int i = 0; i < drawn.Count; i++)
            tell(new PictureMade(pictures.Add(job.Id, i, drawn[i], job.Settings, PromptOf(picture), unchecked(settings.Seed + (ulong)i))));
    }

    private static GenerateSettings SettingsOf(VaryOrder order, GenerateSettings defaults) => defaults with
    {
        Count = order.Count!.Value,
        Seed = order.Seed!.Value,
        Steps = order.Steps ?? defaults.Steps,
        Guidance = order.GuidanceScale ?? defaults.Guidance,
    };

    private static string PromptOf(Image picture) => picture.Texts.GetValueOrDefault(Infotext.Key) is string text ? Infotext.Parse(text).Prompt : "";
}

/// <summary>What is varied.</summary>
/// <param name="Kind"><c>vary</c>, so that the pictures' settings are not taken for an order.</param>
/// <param name="Model">The model of unCLIP; null for the first.</param>
/// <param name="Picture">One of the gallery, or an upload.</param>
/// <param name="Count">Pictures to draw.</param>
/// <param name="Steps">Denoising steps; null for the model's own.</param>
/// <param name="GuidanceScale">How strongly it keeps to what CLIP sees; null for the model's own.</param>
/// <param name="Seed">Where the noise comes from; null for any.</param>
internal sealed record VaryOrder(
    string? Kind, string? Model, string? Picture, int? Count, int? Steps, double? GuidanceScale, [property: JsonConverter(typeof(SeedConverter))] ulong? Seed);
