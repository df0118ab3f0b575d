using System.Text.Json;
using Pareidolia.Explaining;
using Pareidolia.Files;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.Explain;

/// <summary>
/// Jobs of kind <c>explain</c>: how well a picture fits its prompt and each phrase of it, as the model's own CLIP sees it; which word drew which part, for
/// which it is drawn once more; and which training pictures it is near to.
/// </summary>
internal sealed class ExplainJobs(PictureStore pictures, ModelShelf shelf, OrderReading reading, ExplanationStore store)
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "explain";

    private const int MostNearest = 6;

    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(Kind, new JobKind((job, stop) => ToldSteps.Of(tell => Run(job, tell, stop))) { Complete = Complete });

    private JsonElement Complete(JsonElement settings)
    {
        string? id = settings.TryGetProperty("picture", out JsonElement picture) && picture.ValueKind == JsonValueKind.String ? picture.GetString() : null;
        _ = pictures.Get(id ?? throw Refusal.Bad("The job has no 'picture', the id of one of the gallery.", "picture"));
        return JsonSerializer.SerializeToElement(new ExplainOrder(id), ServerJson.Default.ExplainOrder);
    }

    private void Run(Job job, Tell tell, CancellationToken stop)
    {
        Picture picture = pictures.Get(job.Settings.GetProperty("picture").GetString()!);
        Image image = PngReader.Read(pictures.FileOf(picture.Id));
        PictureOrder? order = OrderOf(picture);
        Explanation report = Judged(new Explanation(picture.Id, picture.Prompt), image, shelf.Find(order?.Model).Path);
        JsonElement whole = JsonSerializer.SerializeToElement(WithWords(report, image, order, tell, stop), ServerJson.Default.Explanation);
        store.Keep(picture.Id, whole);
        tell(new StepTaken(1, 1));
        tell(new ResultKnown(whole));
    }

    // What draws the picture again; null where it was not drawn from one order: a graph's, a grid of others, an enlarged one, a walk, what unCLIP drew.
    private static PictureOrder? OrderOf(Picture picture) =>
        picture.Settings is JsonElement settings && PictureOrder.IsOne(settings) && PictureOrder.Read(settings) is { Xyz: null } order ? order : null;

    private static Explanation Judged(Explanation report, Image image, string path)
    {
        if (!Directory.Exists(Path.Combine(path, "clip")))
            return report;
        using PromptVerifier verifier = PromptVerifier.Load(path);
        PromptScore score = verifier.Score(image, report.Prompt);
        return report with
        {
            Whole = score.Whole,
            Phrases = [.. score.Phrases.Select(part => new PhraseScore(part.Phrase, part.Score))],
            Nearest = PictureIndex.Load(path) is PictureIndex index ? [.. index.ByMeaning(verifier.Embed(image), MostNearest).Select(NearPicture.Of)] : [],
        };
    }

    private Explanation WithWords(Explanation report, Image image, PictureOrder? order, Tell tell, CancellationToken stop)
    {
        if (order is null)
            return report with { WhyNoWords = "It was not drawn from one prompt: it comes from a graph, a grid, an upscaler, a walk or unCLIP." };
        try
        {
            PictureOrder plain = order with { Hires = null, Refiner = null, Controls = null };
            using ModelsInUse models = shelf.Load(plain);
            StableDiffusionPipeline pipeline = models.Pipeline;
            PictureExplainer explainer = new(pipeline, null) { Guidances = [], Frames = 0, Progress = (step, steps) => tell(new StepTaken(step, steps)) };
            ExplainReport drawn = explainer.Explain(reading.Read(plain, pipeline.Settings), stop);
            return report with
            {
                SameAsPicture = drawn.Picture.Pixels.AsSpan().SequenceEqual(image.Pixels),
                Words = [.. drawn.Words.Select((word, i) => new WordView(word.Word, word.Strength, store.KeepMap(report.Picture, i, word.Map)))],
            };
        }
        catch (Exception error) when (error is PareidoliaException or Refusal)
        {
            return report with { WhyNoWords = error.Message };
        }
    }
}

/// <summary>Which picture is explained.</summary>
internal sealed record ExplainOrder(string Picture);
