using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Models;
using Pareidolia.Server.Observing;

namespace Pareidolia.Server.Jobs;

/// <summary>
/// Does the jobs of the queue, one after the other, on a thread of its own: the engine uses the whole machine for each. When the program ends, the
/// running job stops after its step and waits for the next start.
/// </summary>
internal sealed class JobWorker(JobQueue queue, JobKinds kinds, ModelShelf shelf, StudioMeters meters, ILogger<JobWorker> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Work(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Work(CancellationToken stopping)
    {
        ThreadCourtesy.YieldToRequests();
        Warm();
        while (queue.Take(stopping) is RunningJob run)
            Do(run);
    }

    // The first picture need not wait for its model.
    private void Warm()
    {
        try
        {
            if (shelf.Models.Count > 0)
                shelf.Load(new PictureOrder { Prompt = "a" }).Dispose();
        }
        catch (Exception error) when (error is PareidoliaException or Refusal)
        {
            log.LogWarning("The model is not ready: {Reason}", error.Message);
        }
    }

    private void Do(RunningJob run)
    {
        log.LogInformation("Job {Id} of kind {Kind} begins.", run.Job.Id, run.Job.Kind);
        (JobState state, string? error) = Outcome(run);
        Job job = queue.Finish(run, state, error);
        if (job.IsOver)
            meters.Count(job, queue.View(job).Pictures.Count);
        log.LogInformation("Job {Id} is {State}. {Error}", run.Job.Id, state, error);
    }

    // Whatever happens to one job, the next one is done.
    private (JobState, string?) Outcome(RunningJob run)
    {
        try
        {
            Walk(run).GetAwaiter().GetResult();
            return (JobState.Done, null);
        }
        catch (OperationCanceledException) when (run.Cancellation.IsCancellationRequested)
        {
            return (run.StoppedAs, null);
        }
        catch (Exception error) when (error is PareidoliaException or Refusal)
        {
            return (JobState.Failed, error.Message);
        }
#pragma warning disable CA1031 // An error of the program itself ends its job, not the queue.
        catch (Exception error)
        {
            log.LogError(error, "Job {Id} met an error of the program itself.", run.Job.Id);
            return (JobState.Failed, $"An error of the program itself, {error.GetType().Name}: {error.Message}");
        }
#pragma warning restore CA1031
    }

    private async Task Walk(RunningJob run)
    {
        JobKind kind = kinds.Find(run.Job.Kind);
        bool goesOn = kind.BeginsAnew;
        await foreach (JobStep step in kind.Run(run.Job, run.Cancellation).ConfigureAwait(false))
        {
            run.Apply(step);
            if (!goesOn && step is StepTaken { Replayed: false })
            {
                queue.GoesOn(run);
                goesOn = true;
            }
            run.Cancellation.ThrowIfCancellationRequested();
        }
    }
}
