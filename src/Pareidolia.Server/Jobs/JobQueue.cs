using System.Text.Json;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.Jobs;

/// <summary>
/// Accepts jobs, says how they stand, and hands them out one at a time. What it has accepted is in the database before it says so. The only place
/// where a job changes its state.
/// </summary>
internal sealed class JobQueue(JobStore store, JobKinds kinds, PictureStore pictures, JobEvents events, StudioOptions options) : IDisposable
{
    private const int MostPriority = 1000;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _filled = new(0);
    private RunningJob? _running;

    /// <summary>The job that is being done; null where none is.</summary>
    public RunningJob? Running => _running;

    /// <summary>Accepts a job.</summary>
    /// <param name="kind">What is to be done.</param>
    /// <param name="settings">How.</param>
    /// <param name="ticket">Who asks, and how urgently.</param>
    /// <exception cref="Refusal">There is no such kind, the settings are wrong, or too many jobs wait.</exception>
    public Job Submit(string kind, JsonElement settings, Ticket? ticket = null)
    {
        ticket ??= new Ticket();
        if (ticket.Key is not null && Repeated(ticket, kind, settings) is Job known)
            return known;
        JobKind found = kinds.Find(kind);
        RequireRoom();
        Job job = new(PictureId.NewJob(), kind, found.Complete(settings))
        {
            CreatedAt = DateTimeOffset.UtcNow,
            Owner = ticket.Owner,
            Priority = CheckedPriority(ticket.Priority),
        };
        lock (_gate)
        {
            if (ticket.Key is not null && Repeated(ticket, kind, settings) is Job other)
                return other;
            job = store.Add(job, ticket.Key, ticket.Key is null ? null : Ticket.HashOf(kind, settings));
        }
        Changed(job);
        return job;
    }

    /// <summary>A job.</summary>
    /// <exception cref="Refusal">There is none.</exception>
    public Job Get(string id) => (PictureId.IsJob(id) ? store.Find(id) : null) ?? throw Refusal.Missing("There is no such job.");

    /// <summary>A job with its progress, its pictures and its place in the queue.</summary>
    public JobView View(Job job) => Views([job])[0];

    /// <summary>The same of several.</summary>
    public IReadOnlyList<JobView> Views(IReadOnlyList<Job> jobs)
    {
        ILookup<string, Picture> made = pictures.OfJobs(jobs.Select(job => job.Id));
        List<string> waiting = jobs.Any(job => job.State == JobState.Queued) ? store.Waiting() : [];
        return [.. jobs.Select(job => JobView.Of(job, ProgressOf(job), [.. made[job.Id]], waiting.IndexOf(job.Id)))];
    }

    /// <summary>Ends a job: a waiting one never begins, a running one stops after its step.</summary>
    public Job Cancel(string id) => Change(id, job => job.State switch
    {
        JobState.Running => Stopping(job, JobState.Cancelled),
        JobState.Queued or JobState.Paused => Ended(job, JobState.Cancelled),
        _ => job,
    });

    /// <summary>Stops a job so that it can go on later from where it was.</summary>
    public Job Pause(string id) => Change(id, job => job.State switch
    {
        JobState.Running => Stopping(job, JobState.Paused),
        JobState.Queued => job with { State = JobState.Paused },
        JobState.Paused => job,
        _ => throw Conflict(job, "pause"),
    });

    /// <summary>Lets a paused job wait for its turn again.</summary>
    public Job Resume(string id) => Change(id, job => job.State switch
    {
        JobState.Paused => job with { State = JobState.Queued },
        // A run that is about to stop waits for its turn at once.
        JobState.Running => Stopping(job, JobState.Queued),
        JobState.Queued => job,
        _ => throw Conflict(job, "resume"),
    });

    /// <summary>Lets a job that failed or was cancelled be done once more, from its last step where that is known.</summary>
    public Job Retry(string id) => Change(id, job =>
    {
        if (job.State is not (JobState.Failed or JobState.Cancelled))
            throw Conflict(job, "retry");
        store.ForgetStarts(id);
        return job with { State = JobState.Queued, Error = null, EndedAt = null, Result = null };
    });

    /// <summary>Changes a job's urgency, or puts it in front of another one that waits.</summary>
    public Job Move(string id, int? priority, string? beforeJob) => Change(id, job =>
    {
        Job moved = job with { Priority = CheckedPriority(priority ?? job.Priority) };
        if (beforeJob is null)
            return moved;
        Job other = Get(beforeJob);
        if (other.State != JobState.Queued || other.Id == id)
            throw new Refusal(409, "A job can only be put in front of another one that waits.");
        return moved with { Priority = other.Priority, Place = store.PlaceBefore(other) };
    });

    /// <summary>Waits for the next job and begins it; null where the program ends.</summary>
    public RunningJob? Take(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (TryBegin(stopping) is RunningJob begun)
                return begun;
            _ = WaitHandle.WaitAny([_filled.AvailableWaitHandle, stopping.WaitHandle], TimeSpan.FromSeconds(1));
            _ = _filled.Wait(0, CancellationToken.None);
        }
        return null;
    }

    /// <summary>Takes note that a running job made progress which outlasts the program.</summary>
    public void GoesOn(RunningJob run) => store.ForgetStarts(run.Job.Id);

    /// <summary>Keeps how a running job ended.</summary>
    /// <param name="run">The job.</param>
    /// <param name="state">Done, failed, or what it was stopped for.</param>
    /// <param name="error">Why it failed.</param>
    public Job Finish(RunningJob run, JobState state, string? error = null)
    {
        Job job;
        lock (_gate)
        {
            // Its priority or place may have changed while it ran.
            job = Get(run.Job.Id) with { State = state, Error = error, Result = run.Result, StartedAt = run.Job.StartedAt };
            if (job.IsOver)
                job = Ended(job, state);
            // First, so that nothing is left of its starts where the job is seen to be over.
            store.ForgetStarts(job.Id);
            store.Update(job);
            _running = null;
        }
        run.Dispose();
        Changed(job);
        if (job.IsOver)
            Publish(job, state == JobState.Done ? "done" : "failed");
        return job;
    }

    /// <inheritdoc/>
    public void Dispose() => _filled.Dispose();

    private RunningJob? TryBegin(CancellationToken stopping)
    {
        RunningJob run;
        lock (_gate)
        {
            if (store.Next() is not Job next)
                return null;
            Job job = next with { State = JobState.Running, StartedAt = next.StartedAt ?? DateTimeOffset.UtcNow };
            // Before the queue shows that it does not wait: it is always in one of both.
            _running = run = new RunningJob(job, events, stopping);
            store.Update(job);
        }
        Changed(run.Job);
        return run;
    }

    private Job Change(string id, Func<Job, Job> change)
    {
        Job job, before;
        lock (_gate)
        {
            before = Get(id);
            job = change(before);
            if (job != before)
                store.Update(job);
        }
        if (job == before)
            return job;
        Changed(job);
        if (job.IsOver)
            Publish(job, "failed");
        return job;
    }

    // The state changes when the run has stopped.
    private Job Stopping(Job job, JobState state)
    {
        if (state == JobState.Queued)
            _running?.StopOnlyToWait();
        else
            _running?.Stop(state);
        return job;
    }

    private Job Ended(Job job, JobState state)
    {
        if (state != JobState.Failed)
            kinds.Find(job.Kind).Forget(job);
        return job with { State = state, EndedAt = DateTimeOffset.UtcNow };
    }

    private Job? Repeated(Ticket ticket, string kind, JsonElement settings)
    {
        if (store.FindRequest(ticket.Key!) is not (Job job, string hash))
            return null;
        return hash == Ticket.HashOf(kind, settings) ? job : throw new Refusal(422,
            "This Idempotency-Key was used for another request: a new request needs a new key.");
    }

    private void RequireRoom()
    {
        int waiting = store.Count(JobState.Queued) + store.Count(JobState.Paused);
        if (waiting >= options.MostQueued)
            throw new Refusal(429, $"{waiting} jobs wait, which is as many as this server keeps: ask again when some are done.") { RetryAfter = 10 };
    }

    private JobProgress? ProgressOf(Job job) => _running is RunningJob run && run.Job.Id == job.Id ? run.Progress : null;

    private void Changed(Job job)
    {
        Publish(job, "job");
        if (job.State == JobState.Queued)
            _ = _filled.Release();
    }

    private void Publish(Job job, string name) =>
        events.Publish(new StudioEvent(job.Id, name, JsonSerializer.Serialize(View(job), ServerJson.Default.JobView)));

    private static int CheckedPriority(int priority) => priority is >= -MostPriority and <= MostPriority ? priority
        : throw Refusal.Bad($"The priority is {priority}; a whole number from {-MostPriority} to {MostPriority} is needed.", "priority");

    private static Refusal Conflict(Job job, string wish) =>
        new(409, $"The job is {JobView.NameOf(job.State)}; there is nothing to {wish}.");
}
