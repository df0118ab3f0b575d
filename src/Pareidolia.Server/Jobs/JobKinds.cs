using System.Text.Json;

namespace Pareidolia.Server.Jobs;

/// <summary>
/// Does a job, or goes on with one that was interrupted. It throws <see cref="OperationCanceledException"/> when it is to stop, and leaves what it
/// needs to go on; a <see cref="PareidoliaException"/> is what a client may read.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="cancellation">Pause, cancel, or the end of the program.</param>
internal delegate IAsyncEnumerable<JobStep> RunJob(Job job, CancellationToken cancellation);

/// <summary>One kind of jobs.</summary>
/// <param name="Run">Does one.</param>
internal sealed record JobKind(RunJob Run)
{
    /// <summary>Checks settings and completes them, so that every later run of them does the same; throws what is wrong with them.</summary>
    public Func<JsonElement, JsonElement> Complete { get; init; } = settings => settings;

    /// <summary>Whether an interrupted run is begun anew, so that its steps are no progress.</summary>
    public bool BeginsAnew { get; init; }

    /// <summary>Forgets what an interrupted run has left: the job is cancelled, done or failed for good.</summary>
    public Action<Job> Forget { get; init; } = _ => { };
}

/// <summary>What can be done: the kinds of jobs by name.</summary>
internal sealed class JobKinds
{
    private readonly Dictionary<string, JobKind> _kinds = new(StringComparer.Ordinal);

    /// <summary>The names.</summary>
    public IEnumerable<string> Names => _kinds.Keys.Order(StringComparer.Ordinal);

    /// <summary>Adds a kind.</summary>
    public void Add(string name, JobKind kind) => _kinds.Add(name, kind);

    /// <summary>The kind of a name.</summary>
    /// <exception cref="Refusal">There is none.</exception>
    public JobKind Find(string name) => _kinds.TryGetValue(name, out JobKind? kind) ? kind
        : throw Refusal.Bad($"There are no jobs of kind '{name}'; there are {string.Join(", ", Names)}.", "kind");
}
