using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.OpenAi;

/// <summary>A run as a stream of server-sent events: some previews, then each picture.</summary>
internal sealed class OpenAiStream(JobQueue queue, JobEvents.Watcher watcher, OpenAiReply reply, string kind)
{
    /// <summary>Events of generations.</summary>
    public const string Generation = "image_generation";

    /// <summary>Events of edits.</summary>
    public const string Edit = "image_edit";

    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(10);

    private int _shown;

    /// <summary>Writes it until the job is over or the client has gone.</summary>
    public async Task Run(HttpResponse response, Job job)
    {
        CancellationToken gone = response.HttpContext.RequestAborted;
        await EventStream.Begin(response).ConfigureAwait(false);
        while (!queue.Get(job.Id).IsOver && !watcher.IsClosed)
            if (await watcher.Next(s_heartbeat, gone).ConfigureAwait(false) is { Name: "preview" } shown && shown.JobId == job.Id)
                await Show(response, job).ConfigureAwait(false);
        JobView view = queue.View(queue.Get(job.Id));
        if (view.State == JobView.NameOf(JobState.Done))
            foreach (PictureView picture in view.Pictures)
                await Write(response, $"{kind}.completed", reply.Completed($"{kind}.completed", view, picture)).ConfigureAwait(false);
        else
            await Write(response, "error", OpenAiApi.Error(new Refusal(422, view.Error ?? "The job was cancelled."))).ConfigureAwait(false);
    }

    private async Task Show(HttpResponse response, Job job)
    {
        if (_shown >= reply.Partial || queue.Running is not { Preview: PreviewShown preview } run || run.Job.Id != job.Id)
            return;
        await Write(response, $"{kind}.partial_image", reply.Preview($"{kind}.partial_image", job, preview.File, _shown++)).ConfigureAwait(false);
    }

    private static Task Write(HttpResponse response, string name, JsonObject data) => EventStream.Write(response, name, data.ToJsonString());
}
