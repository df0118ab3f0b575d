using System.Diagnostics.Metrics;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Observing;

/// <summary>What the studio measures of itself, for any listener of .NET's meters: our <c>/metrics</c>, or OpenTelemetry.</summary>
internal sealed class StudioMeters
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Pareidolia.Studio";

    private readonly Counter<long> _jobs;
    private readonly Histogram<double> _seconds;
    private readonly Counter<long> _pictures;

    public StudioMeters(IMeterFactory factory, JobStore store, JobEvents events, JobQueue queue)
    {
        Meter meter = factory.Create(Name);
        _jobs = meter.CreateCounter<long>("pareidolia.jobs", description: "Jobs that are over, by kind and state.");
        _seconds = meter.CreateHistogram<double>("pareidolia.job.duration", "s", "How long jobs ran, by kind.");
        _pictures = meter.CreateCounter<long>("pareidolia.pictures", description: "Pictures that were stored.");
        _ = meter.CreateObservableGauge("pareidolia.jobs.waiting", () => store.Count(JobState.Queued), description: "Jobs that wait.");
        _ = meter.CreateObservableGauge("pareidolia.jobs.running", () => queue.Running is null ? 0 : 1, description: "Jobs that are being done.");
        _ = meter.CreateObservableGauge("pareidolia.watchers", () => events.Count, description: "Open streams of events.");
        _ = meter.CreateObservableGauge("process.memory.usage", () => Environment.WorkingSet, "By", "Memory of the process.");
    }

    /// <summary>Counts a job that is over.</summary>
    public void Count(Job job, int pictures)
    {
        _jobs.Add(1, new KeyValuePair<string, object?>("kind", job.Kind), new KeyValuePair<string, object?>("state", JobView.NameOf(job.State)));
        _pictures.Add(pictures);
        if (job.StartedAt is DateTimeOffset started)
            _seconds.Record((DateTimeOffset.UtcNow - started).TotalSeconds, new KeyValuePair<string, object?>("kind", job.Kind));
    }
}
