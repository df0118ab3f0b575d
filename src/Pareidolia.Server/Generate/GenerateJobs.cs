using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Generate;

/// <summary>Jobs of kind <c>generate</c>: orders become pictures. What an interrupted run has drawn and computed is not done again.</summary>
internal sealed class GenerateJobs(
    OrderCompletion completion, OrderReading reading, OrderForecast forecasts, ModelShelf shelf, UpscalerShelf upscalers, PictureStore pictures, DataFolder folder)
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "generate";

    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(Kind, new JobKind((job, _) => Run(job).ToAsyncEnumerable())
    {
        Complete = completion.Complete,
        Forget = Forget,
    });

    private IEnumerable<JobStep> Run(Job job)
    {
        PictureOrder order = PictureOrder.Read(job.Settings);
        OrderAxes axes = new(order, int.MaxValue);
        int images = axes.Cells * order.Count!.Value, first = 0;
        List<string> firsts = [];
        foreach (PictureOrder cell in axes.Orders())
        {
            firsts.Add($"{job.Id}-{first}");
            foreach (JobStep step in Draw(job, cell, first, images))
                yield return step;
            first += cell.Count!.Value;
        }
        if (axes.IsGrid)
            yield return new PictureMade(Grid(job, axes, firsts, first));
    }

    private IEnumerable<JobStep> Draw(Job job, PictureOrder order, int first, int images)
    {
        using PictureUpscaler? network = upscalers.Load(order.Hires?.Upscaler);
        using ModelsInUse models = shelf.Load(order, () => forecasts.BesideWeights(order));
        GenerateSettings settings = reading.Read(order, models.Pipeline.Settings, network, models.Refiner);
        models.Pipeline.Validate(settings);
        foreach (PictureRequest[] batch in settings.Pictures().Chunk(models.Pipeline.BatchSize(settings)))
        {
            Picture[] drawn = Drawn(job.Id, first, batch.Length);
            BatchRun run = new(models.Pipeline, settings, order, batch, pictures)
            {
                JobId = job.Id, First = first, Images = images, ModelHash = shelf.HashOf(shelf.Find(order.Model)),
            };
            IEnumerable<JobStep> steps = drawn.Length == batch.Length
                ? drawn.Select(picture => new PictureMade(picture))
                : run.Steps(Path.Combine(folder.Journals, $"{job.Id}-{first}.steps"));
            foreach (JobStep step in steps)
                yield return step;
            first += batch.Length;
        }
    }

    private Picture[] Drawn(string jobId, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(i => pictures.Find($"{jobId}-{i}")).OfType<Picture>()];

    // A picture that someone deleted while the grid was being drawn leaves a grey cell.
    private Picture Grid(Job job, OrderAxes axes, List<string> cells, int index)
    {
        Image[] images = [.. cells.Select(id => pictures.Find(id) is { DeletedAt: null } ? PngReader.Read(pictures.FileOf(id)) : new Image(8, 8))];
        string prompt = PictureOrder.Read(job.Settings).Prompt ?? "";
        return pictures.Add(job.Id, index, axes.Draw(images), job.Settings, prompt, null);
    }

    private void Forget(Job job)
    {
        foreach (string file in Directory.EnumerateFiles(folder.Journals, $"{job.Id}-*.steps"))
            File.Delete(file);
    }
}
