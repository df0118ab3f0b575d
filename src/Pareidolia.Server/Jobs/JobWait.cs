namespace Pareidolia.Server.Jobs;

/// <summary>Waits for jobs, for APIs whose calls answer when the pictures are there.</summary>
internal sealed class JobWait(JobQueue queue, JobEvents events)
{
    private static readonly TimeSpan s_looks = TimeSpan.FromSeconds(5);

    /// <summary>Submits a job and waits for its end.</summary>
    /// <param name="kind">What is to be done.</param>
    /// <param name="settings">How.</param>
    /// <param name="ticket">Who asks.</param>
    /// <param name="gone">Whoever waits has gone; the job goes on.</param>
    /// <exception cref="Refusal">The job was refused, failed, or cannot be done.</exception>
    public async Task<JobView> Done(string kind, System.Text.Json.JsonElement settings, Ticket ticket, CancellationToken gone)
    {
        Job job = queue.Submit(kind, settings, ticket);
        return await Over(job.Id, gone).ConfigureAwait(false) is { State: JobState.Failed } failed
            ? throw new Refusal(422, failed.Error ?? "The job failed.") : queue.View(queue.Get(job.Id));
    }

    /// <summary>Waits until a job is over.</summary>
    public async Task<Job> Over(string id, CancellationToken gone)
    {
        using JobEvents.Watcher watcher = events.Watch(id);
        while (true)
        {
            Job job = queue.Get(id);
            if (job.IsOver)
                return job;
            _ = await watcher.Next(s_looks, gone).ConfigureAwait(false);
            if (watcher.IsClosed)
                throw new Refusal(503, "The server ends now; the job is kept and goes on at its next start.") { RetryAfter = 10 };
        }
    }
}
