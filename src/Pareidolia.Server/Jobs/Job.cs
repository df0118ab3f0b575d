using System.Text.Json;

namespace Pareidolia.Server.Jobs;

/// <summary>Where a job stands.</summary>
internal enum JobState
{
    /// <summary>Waits for its turn.</summary>
    Queued,

    /// <summary>Is being done.</summary>
    Running,

    /// <summary>Was stopped to go on later, from where it was.</summary>
    Paused,

    /// <summary>All of it is there.</summary>
    Done,

    /// <summary>An error ended it.</summary>
    Failed,

    /// <summary>Someone ended it.</summary>
    Cancelled,
}

/// <summary>A piece of work that is kept in the database until it is done and after.</summary>
/// <param name="Id">32 hexadecimal digits, which grow with time.</param>
/// <param name="Kind">What is to be done, one of <see cref="JobKinds"/>.</param>
/// <param name="Settings">How, complete: whatever chance decides was decided when the job was accepted.</param>
internal sealed record Job(string Id, string Kind, JsonElement Settings)
{
    /// <summary>Where it stands.</summary>
    public JobState State { get; init; }

    /// <summary>Higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Among jobs of one priority lower goes first.</summary>
    public double Place { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was first begun.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was done, failed or cancelled.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it failed: one sentence.</summary>
    public string? Error { get; init; }

    /// <summary>What the kind wants to be known of it besides pictures.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Who asked for it; null where nobody logs in.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether it will not change any more, unless someone asks to try again.</summary>
    public bool IsOver => State is JobState.Done or JobState.Failed or JobState.Cancelled;
}
