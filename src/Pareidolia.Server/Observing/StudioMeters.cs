using System.Diagnostics.Metrics;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Observing;

/// <summary>What the studio measures of itself, for any listener of .NET's meters: our <c>/metrics</c>, or OpenTelemetry.</summary>
internal sealed class StudioMeters : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Pareidolia.Studio";

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _jobs;
    private readonly Histogram<double> _seconds;
    private readonly Counter<long> _pictures;

    public StudioMeters(JobStore store, JobEvents events, JobQueue queue)
    {
        _jobs = _meter.CreateCounter<long>("pareidolia.jobs", description: "Jobs that are over, by kind and state.");
        _seconds = _meter.CreateHistogram<double>("pareidolia.job.duration", "s", "How long jobs ran, by kind.");
        _pictures = _meter.CreateCounter<long>("pareidolia.pictures", description: "Pictures that were stored.");
        _ = _meter.CreateObservableGauge("pareidolia.jobs.waiting", () => store.Count(JobState.Queued), description: "Jobs that wait.");
        _ = _meter.CreateObservableGauge("pareidolia.jobs.running", () => queue.Running is null ? 0 : 1, description: "Jobs that are being done.");
        _ = _meter.CreateObservableGauge("pareidolia.watchers", () => events.Count, description: "Open streams of events.");
        _ = _meter.CreateObservableGauge("process.memory.usage", () => Environment.WorkingSet, "By", "Memory of the process.");
    }

    /// <summary>Counts a job that is over.</summary>
    public void Count(Job job, int pictures)
    {
        _jobs.Add(1, new KeyValuePair<string, object?>("kind", job.Kind), new KeyValuePair<string, object?>("state", JobView.NameOf(job.State)));
        _pictures.Add(pictures);
        if (job.StartedAt is DateTimeOffset started)
            _seconds.Record((DateTimeOffset.UtcNow - started).TotalSeconds, new KeyValuePair<string, object?>("kind", job.Kind));
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
