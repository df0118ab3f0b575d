using System.Text.Json;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.Jobs;

/// <summary>The job that is being done: how far it is, and how it is stopped.</summary>
internal sealed class RunningJob : IDisposable
{
    private readonly JobEvents _events;
    private readonly CancellationTokenSource _stop;
    private readonly StepClock _clock = new();

    public RunningJob(Job job, JobEvents events, CancellationToken stopping)
    {
        (Job, _events) = (job, events);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Result = job.Result;
    }

    /// <summary>The job as it was begun.</summary>
    public Job Job { get; }

    /// <summary>Asks the run to stop.</summary>
    public CancellationToken Cancellation => _stop.Token;

    /// <summary>What the job becomes where its run was stopped: it waits again if the program ends.</summary>
    public JobState StoppedAs { get; private set; } = JobState.Queued;

    /// <summary>How far it is; null before its first step.</summary>
    public JobProgress? Progress { get; private set; }

    /// <summary>The newest preview; null where there is none.</summary>
    public PreviewShown? Preview { get; private set; }

    /// <summary>What is to be kept with the job.</summary>
    public JsonElement? Result { get; private set; }

    /// <summary>Stops the run.</summary>
    /// <param name="state">What the job becomes.</param>
    public void Stop(JobState state)
    {
        StoppedAs = state;
        _stop.Cancel();
    }

    /// <summary>A run that was to pause waits for its next turn instead; one that was not goes on.</summary>
    public void StopOnlyToWait()
    {
        if (StoppedAs == JobState.Paused)
            StoppedAs = JobState.Queued;
    }

    /// <summary>Takes note of what the run tells, and passes it on.</summary>
    public void Apply(JobStep step)
    {
        switch (step)
        {
            case StepTaken taken:
                Progress = new JobProgress(taken.Step, taken.Steps, _clock.Remaining(taken), taken.Image, taken.Images, taken.Together, Progress?.PreviewUrl);
                Publish("progress", JsonSerializer.Serialize(Progress, ServerJson.Default.JobProgress));
                break;
            case PreviewShown shown:
                Show(shown);
                break;
            case PictureMade made:
                Publish("picture", JsonSerializer.Serialize(PictureView.Of(made.Picture), ServerJson.Default.PictureView));
                break;
            case ResultKnown known:
                Result = known.Result;
                break;
            case Told told:
                Publish(told.Name, told.Data.GetRawText());
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    // The number makes each address new, so that no browser shows an old preview.
    private void Show(PreviewShown shown)
    {
        Preview = shown;
        string url = $"/api/v1/jobs/{Job.Id}/preview?step={Progress?.Step ?? 0}";
        Progress = (Progress ?? new JobProgress(0, 0, null, 0, 1, 1, null)) with { PreviewUrl = url };
        Publish("preview", JsonSerializer.Serialize(new PreviewPlace(url), ServerJson.Default.PreviewPlace));
    }

    private void Publish(string name, string json) => _events.Publish(new StudioEvent(Job.Id, name, json));
}

/// <summary>Where a preview is.</summary>
internal sealed record PreviewPlace(string Url);
