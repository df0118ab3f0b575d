using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Graph;
using Pareidolia.Graph.Running;
using Pareidolia.Imaging;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.Comfy;

/// <summary>
/// Runs graphs as jobs of the queue. A graph that was interrupted begins anew: what it gives follows from the graph alone, so that its pictures are the
/// same. Saved pictures join the gallery too.
/// </summary>
internal sealed class GraphJobs(GraphRunner runner, ComfySockets sockets, PromptHistory history, PictureStore pictures, StudioOptions options)
{
    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(GraphSettings.Kind,
        new JobKind((job, stop) => ToldSteps.Of(tell => Run(job, tell, stop))) { Complete = settings => GraphSettings.Complete(settings, runner), BeginsAnew = true });

    private void Run(Job job, Tell tell, CancellationToken cancellation)
    {
        JsonObject settings = JsonObject.Create(job.Settings)!;
        int stored = 0;
        (GraphOutcome outcome, JsonObject kept) = Execute(job, settings, happening =>
        {
            foreach (JobStep step in Steps(job, settings, happening, ref stored))
                tell(step);
        }, cancellation);
        tell(new ResultKnown(JsonElement.Parse(kept.ToJsonString())));
        ThrowIfFailed(outcome, cancellation);
    }

    private (GraphOutcome, JsonObject) Execute(Job job, JsonObject settings, Action<GraphEvent> hear, CancellationToken cancellation)
    {
        GraphPrompt prompt = GraphSettings.PromptOf(settings);
        PromptMessages messages = new(sockets, JsonBody.Text(job.Settings, "clientId"), PromptId.Of(job), prompt.Json, runner.Folders);
        try
        {
            messages.Start();
            GraphRunSettings wanted = new()
            {
                Targets = GraphSettings.Targets(settings), ExtraInfo = settings["extraInfo"] as JsonObject, Previews = true,
                MostPictures = options.MostPictures, MostPixels = options.MostPixels,
            };
            GraphOutcome outcome = runner.Run(prompt, wanted, happening =>
            {
                messages.Tell(happening);
                hear(happening);
            }, cancellation);
            return (outcome, messages.End(outcome.Failure, kept => history.Ended(job.Id, kept)));
        }
        catch (PareidoliaException error)
        {
            // What was sound when it was accepted, and is not any more: a file has gone.
            GraphFailure failure = new("", "", error);
            return (new GraphOutcome(failure, [], new Dictionary<string, IReadOnlyList<GraphPicture>>()), messages.End(failure, kept => history.Ended(job.Id, kept)));
        }
    }

    private void ThrowIfFailed(GraphOutcome outcome, CancellationToken cancellation)
    {
        if (outcome.Failure is not GraphFailure failure)
            return;
        cancellation.ThrowIfCancellationRequested();
        string place = failure.Node.Length == 0 ? "" : $"{failure.Class} ({failure.Node}): ";
        string said = place + runner.Folders.WithoutFolders(failure.Error?.Message ?? "");
        throw failure.Error is PareidoliaException error ? new PareidoliaException(said, error) : new InvalidOperationException(said, failure.Error);
    }

    private List<JobStep> Steps(Job job, JsonObject settings, GraphEvent happening, ref int stored)
    {
        switch (happening)
        {
            case NodeProgress progress:
                return [new StepTaken(progress.Value, progress.Most, stored)];
            case NodePreview preview:
                return [new PreviewShown(PngWriter.Encode(preview.Picture))];
            case NodeStarted started:
                return [new Told("node", JsonElement.Parse(new JsonObject { ["node"] = started.Node, ["state"] = "running" }.ToJsonString()))];
            case NodeFinished finished:
                return [new Told("node", JsonElement.Parse(new JsonObject { ["node"] = finished.Node, ["state"] = "finished", ["seconds"] = finished.Elapsed.TotalSeconds }.ToJsonString()))];
            case NodeShowed showed:
                return Stored(job, settings, showed, ref stored);
            default:
                return [];
        }
    }

    private List<JobStep> Stored(Job job, JsonObject settings, NodeShowed showed, ref int stored)
    {
        (string prompt, ulong? seed) = GraphSettings.Described(settings["prompt"]!.AsObject());
        List<JobStep> steps = [];
        foreach (GraphPicture shown in showed.Pictures.Where(shown => shown.Type == "output"))
        {
            Image image = PngReader.Read(Path.Combine(runner.Folders.Output, shown.Subfolder, shown.FileName));
            steps.Add(new PictureMade(pictures.Add(job.Id, stored++, image, job.Settings, prompt, seed)));
        }
        return steps;
    }
}
