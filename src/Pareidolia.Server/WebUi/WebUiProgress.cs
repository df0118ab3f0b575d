using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.WebUi;

/// <summary>How far the running job is, as the web UI tells it; and the ids that its page gives to its tasks.</summary>
internal sealed class WebUiProgress(JobQueue queue, JobStore store)
{
    private const int MostTasks = 10_000;

    private readonly ConcurrentDictionary<string, string> _jobs = new();

    /// <summary>Remembers what a client calls a job.</summary>
    public void Name(string? task, string job)
    {
        if (task is null)
            return;
        if (_jobs.Count > MostTasks)
            _jobs.Clear();
        _jobs[task] = job;
    }

    /// <summary>The answer of <c>progress</c>.</summary>
    public JsonObject Now(bool skipImage)
    {
        RunningJob? run = queue.Running;
        JobProgress? progress = run?.Progress;
        // There a job is a batch, whose pictures are drawn together.
        return new JsonObject
        {
            ["progress"] = progress?.Share ?? 0, ["eta_relative"] = progress?.EtaSeconds ?? 0,
            ["state"] = new JsonObject
            {
                ["skipped"] = false, ["interrupted"] = run?.Cancellation.IsCancellationRequested ?? false, ["stopping_generation"] = false,
                ["job"] = run?.Job.Id ?? "", ["job_count"] = run is null ? 0 : progress is null ? -1 : (progress.Images + progress.Together - 1) / progress.Together,
                ["job_timestamp"] = (run?.Job.StartedAt ?? DateTimeOffset.UtcNow).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture),
                ["job_no"] = progress is null ? 0 : progress.Image / progress.Together, ["sampling_step"] = progress?.Step ?? 0, ["sampling_steps"] = progress?.Steps ?? 0,
            },
            ["current_image"] = skipImage || run?.Preview is not PreviewShown shown ? null : Convert.ToBase64String(shown.File),
            ["textinfo"] = null,
            ["current_task"] = run is null ? null : TaskOf(run.Job.Id),
        };
    }

    /// <summary>The answer of <c>internal/progress</c>.</summary>
    public JsonObject Of(string task, bool preview)
    {
        string id = _jobs.GetValueOrDefault(task, task);
        Job? job = Pictures.PictureId.IsJob(id) ? store.Find(id) : null;
        RunningJob? run = queue.Running is RunningJob now && now.Job.Id == id ? now : null;
        return new JsonObject
        {
            ["active"] = job?.State == JobState.Running, ["queued"] = job?.State is JobState.Queued or JobState.Paused, ["completed"] = job?.IsOver ?? false,
            ["progress"] = run is null ? null : run.Progress?.Share ?? 0, ["eta"] = run?.Progress?.EtaSeconds,
            ["live_preview"] = preview && run?.Preview is PreviewShown shown ? $"data:{shown.ContentType};base64,{Convert.ToBase64String(shown.File)}" : null,
            ["id_live_preview"] = run?.Progress?.Step ?? -1, ["textinfo"] = job?.State == JobState.Queued ? $"In queue: {store.Waiting().IndexOf(id) + 1}/{store.Count(JobState.Queued)}" : null,
        };
    }

    /// <summary>The answer of <c>internal/pending-tasks</c>.</summary>
    public JsonObject Pending()
    {
        List<string> waiting = store.Waiting();
        return new JsonObject { ["size"] = waiting.Count, ["tasks"] = new JsonArray([.. waiting.Select(id => JsonValue.Create(TaskOf(id)))]) };
    }

    private string TaskOf(string job) => _jobs.FirstOrDefault(task => task.Value == job).Key ?? job;
}
