using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Jobs;

/// <summary>The jobs in the database.</summary>
internal sealed class JobStore
{
    private const string Columns = "id, kind, settings, state, priority, place, created, started, ended, error, result, owner";
    private const string Turn = "priority DESC, place, id";

    /// <summary>
    /// A job that ends the program each time must not keep all others from their turn for ever; one that is interrupted again and again by something else goes on.
    /// </summary>
    public const int MostUnfinishedStarts = 100;

    private readonly Database _database;

    /// <summary>Makes the table where it is missing; jobs that were running when the program ended wait again, unless that went on without progress.</summary>
    public JobStore(Database database)
    {
        _database = database;
        _ = database.Execute("""
            CREATE TABLE IF NOT EXISTS jobs (
                id TEXT PRIMARY KEY, kind TEXT NOT NULL, settings TEXT NOT NULL, state INTEGER NOT NULL, priority INTEGER NOT NULL, place REAL NOT NULL,
                created TEXT NOT NULL, started TEXT, ended TEXT, error TEXT, result TEXT, owner TEXT, request_key TEXT UNIQUE, request_hash TEXT) STRICT;
            CREATE INDEX IF NOT EXISTS jobs_by_turn ON jobs (state, priority DESC, place);
            CREATE TABLE IF NOT EXISTS unfinished_starts (job TEXT PRIMARY KEY, starts INTEGER NOT NULL) STRICT;
            """);
        _ = database.Together(() => database.Execute("""
            INSERT INTO unfinished_starts (job, starts) SELECT id, 1 FROM jobs WHERE state = $running ON CONFLICT (job) DO UPDATE SET starts = starts + 1;
            UPDATE jobs SET state = $failed, ended = $now, error = $error
                WHERE state = $running AND id IN (SELECT job FROM unfinished_starts WHERE starts >= $most);
            UPDATE jobs SET state = $queued WHERE state = $running;
            """,
            ("$queued", (int)JobState.Queued), ("$running", (int)JobState.Running), ("$failed", (int)JobState.Failed), ("$most", MostUnfinishedStarts),
            ("$now", Written(DateTimeOffset.UtcNow)), ("$error", $"The server ended in the midst of this job {MostUnfinishedStarts} times without a step of progress: it may need more memory than there is.")));
    }

    /// <summary>Forgets how often the program ended in the midst of a job: it goes on, is over, or someone asks for it anew.</summary>
    public void ForgetStarts(string id) => _database.Execute("DELETE FROM unfinished_starts WHERE job = $id", ("$id", id));

    /// <summary>Keeps a new job, behind all of its priority.</summary>
    /// <param name="job">The job.</param>
    /// <param name="key">What its sender calls the request, so that a repeated one makes no second job; null for nothing.</param>
    /// <param name="hash">What the request said.</param>
    public Job Add(Job job, string? key = null, string? hash = null)
    {
        Job placed = job with { Place = _database.Query("SELECT COALESCE(MAX(place), 0) + 1 FROM jobs", row => row.GetDouble(0))[0] };
        _ = _database.Execute(
            $"INSERT INTO jobs ({Columns}, request_key, request_hash) VALUES "
            + "($id, $kind, $settings, $state, $priority, $place, $created, $started, $ended, $error, $result, $owner, $key, $hash)",
            [.. Values(placed), ("$key", key), ("$hash", hash)]);
        return placed;
    }

    /// <summary>Keeps what has changed.</summary>
    public void Update(Job job) => _database.Execute(
        "UPDATE jobs SET state = $state, priority = $priority, place = $place, started = $started, ended = $ended, error = $error, result = $result, "
        + "settings = $settings, kind = $kind, created = $created, owner = $owner WHERE id = $id", [.. Values(job)]);

    /// <summary>A job; null where there is none.</summary>
    public Job? Find(string id) =>
        _database.Query($"SELECT {Columns} FROM jobs WHERE id = $id", Read, ("$id", id)).FirstOrDefault();

    /// <summary>The job of a request that was sent before, and what the request said.</summary>
    public (Job Job, string? Hash)? FindRequest(string key)
    {
        List<(Job, string?)> found = _database.Query($"SELECT {Columns}, request_hash FROM jobs WHERE request_key = $key",
            row => (Read(row), row.IsDBNull(12) ? null : row.GetString(12)), ("$key", key));
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>The job whose turn it is; null where none waits.</summary>
    public Job? Next() =>
        _database.Query($"SELECT {Columns} FROM jobs WHERE state = 0 ORDER BY {Turn} LIMIT 1", Read).FirstOrDefault();

    /// <summary>The ids of the jobs that wait, in their turn.</summary>
    public List<string> Waiting() => _database.Query($"SELECT id FROM jobs WHERE state = 0 ORDER BY {Turn}", row => row.GetString(0));

    /// <summary>The jobs of a kind that wait, in their turn.</summary>
    public List<Job> Waiting(string kind) =>
        _database.Query($"SELECT {Columns} FROM jobs WHERE state = 0 AND kind = $kind ORDER BY {Turn}", Read, ("$kind", kind));

    /// <summary>How many jobs of a kind wait or run.</summary>
    public int CountUnfinished(string kind) => (int)_database.Number("SELECT COUNT(*) FROM jobs WHERE state IN (0, 1) AND kind = $kind", ("$kind", kind));

    /// <summary>How many jobs are in a state.</summary>
    public int Count(JobState state) => (int)_database.Number("SELECT COUNT(*) FROM jobs WHERE state = $state", ("$state", (int)state));

    /// <summary>Jobs, the newest first.</summary>
    /// <param name="state">Only those in a state.</param>
    /// <param name="kind">Only those of a kind.</param>
    /// <param name="before">Only those older than the one of this id.</param>
    /// <param name="limit">As many at most.</param>
    public List<Job> List(JobState? state, string? kind, string? before, int limit) => _database.Query(
        $"SELECT {Columns} FROM jobs WHERE ($state IS NULL OR state = $state) AND ($kind IS NULL OR kind = $kind) "
        + "AND ($before IS NULL OR id < $before) ORDER BY id DESC LIMIT $limit",
        Read, ("$state", (int?)state), ("$kind", kind), ("$before", before), ("$limit", limit));

    /// <summary>The place in front of a job that waits: between it and the one before it of its priority.</summary>
    public double PlaceBefore(Job job)
    {
        double? before = _database.Query("SELECT MAX(place) FROM jobs WHERE state = 0 AND priority = $priority AND place < $place",
            row => row.IsDBNull(0) ? (double?)null : row.GetDouble(0), ("$priority", job.Priority), ("$place", job.Place))[0];
        return before is double place ? (place + job.Place) / 2 : job.Place - 1;
    }

    private static List<(string, object?)> Values(Job job) =>
    [
        ("$id", job.Id), ("$kind", job.Kind), ("$settings", job.Settings.GetRawText()), ("$state", (int)job.State), ("$priority", job.Priority),
        ("$place", job.Place), ("$created", Written(job.CreatedAt)), ("$started", Written(job.StartedAt)), ("$ended", Written(job.EndedAt)),
        ("$error", job.Error), ("$result", job.Result?.GetRawText()), ("$owner", job.Owner),
    ];

    private static Job Read(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), Json(row.GetString(2)))
    {
        State = (JobState)row.GetInt32(3),
        Priority = row.GetInt32(4),
        Place = row.GetDouble(5),
        CreatedAt = Time(row.GetString(6)),
        StartedAt = row.IsDBNull(7) ? null : Time(row.GetString(7)),
        EndedAt = row.IsDBNull(8) ? null : Time(row.GetString(8)),
        Error = row.IsDBNull(9) ? null : row.GetString(9),
        Result = row.IsDBNull(10) ? null : Json(row.GetString(10)),
        Owner = row.IsDBNull(11) ? null : row.GetString(11),
    };

    private static string? Written(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string written) => DateTimeOffset.Parse(written, CultureInfo.InvariantCulture);

    private static JsonElement Json(string written) => JsonElement.Parse(written);
}
