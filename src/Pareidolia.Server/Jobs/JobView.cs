using System.Text.Json;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.Jobs;

/// <summary>A job as clients see it.</summary>
internal sealed record JobView(
    string Id, string Kind, string State, int Priority, int? Position, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt,
    JobProgress? Progress, JsonElement Settings, IReadOnlyList<PictureView> Pictures, string? Error, JsonElement? Result, string? Owner)
{
    /// <summary>Joins what is known of it.</summary>
    /// <param name="job">What the database says.</param>
    /// <param name="progress">How far it is, where it is running.</param>
    /// <param name="pictures">What it has made.</param>
    /// <param name="waiting">Jobs that come before it; -1 where it does not wait.</param>
    public static JobView Of(Job job, JobProgress? progress, IReadOnlyList<Picture> pictures, int waiting) => new(
        job.Id, job.Kind, NameOf(job.State), job.Priority, waiting < 0 ? null : waiting, job.CreatedAt, job.StartedAt, job.EndedAt, progress,
        job.Settings, [.. pictures.Select(PictureView.Of)], job.Error, job.Result, job.Owner);

    /// <summary>A state's name.</summary>
    public static string NameOf(JobState state) => state.ToString().ToLowerInvariant();

    /// <summary>The state of a name; null for none.</summary>
    /// <exception cref="Refusal">The name is not known.</exception>
    public static JobState? Parse(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return null;
        foreach (JobState state in Enum.GetValues<JobState>())
            if (NameOf(state) == name)
                return state;
        throw Refusal.Bad($"There is no state '{name}'; there are {string.Join(", ", Enum.GetValues<JobState>().Select(NameOf))}.", "state");
    }
}

/// <summary>A part of the list of jobs.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="NextCursor">Asks for the next part; null where this is the last.</param>
internal sealed record JobPage(IReadOnlyList<JobView> Items, string? NextCursor);

/// <summary>What is to change of a job.</summary>
/// <param name="Priority">Higher goes first; null leaves it.</param>
/// <param name="BeforeJob">The id of the job in front of which it goes; null leaves its place.</param>
internal sealed record JobMove(int? Priority, string? BeforeJob);
