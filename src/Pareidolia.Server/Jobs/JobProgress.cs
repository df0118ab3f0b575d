using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Pareidolia.Server.Jobs;

/// <summary>How far a job is.</summary>
/// <param name="Step">Steps that were taken of the pictures that are being drawn.</param>
/// <param name="Steps">All of theirs; 0 where nobody knows.</param>
/// <param name="EtaSeconds">Until the whole job is done; null where nothing tells yet.</param>
/// <param name="Image">Pictures that are finished.</param>
/// <param name="Images">Pictures of the job.</param>
/// <param name="Together">Pictures that are being drawn at once: <c>(image + together * step / steps) / images</c> of the job is done.</param>
/// <param name="PreviewUrl">Where the newest preview is; null where there is none.</param>
internal sealed record JobProgress(int Step, int Steps, double? EtaSeconds, int Image, int Images, int Together, string? PreviewUrl)
{
    /// <summary>The share of the job that is done, 0 to 1.</summary>
    [JsonIgnore]
    public double Share => Images == 0 ? 0 : Math.Clamp((Image + (Steps == 0 ? 0 : (double)Together * Step / Steps)) / Images, 0, 1);
}

/// <summary>Reckons when a job will be done from what it took so far.</summary>
internal sealed class StepClock
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private double _seconds;
    private int _steps;
    private TimeSpan _last;

    /// <summary>Counts a step and says how many seconds remain; null before two steps were computed.</summary>
    public double? Remaining(StepTaken step)
    {
        TimeSpan now = _clock.Elapsed;
        if (!step.Replayed && step.Step > 1)
            (_seconds, _steps) = (_seconds + (now - _last).TotalSeconds, _steps + 1);
        _last = now;
        if (_steps == 0 || step.Steps == 0)
            return null;
        // A last batch of fewer pictures takes about its share of the time.
        double batches = Math.Max(0, (double)(step.Images - step.Image - step.Together) / step.Together);
        double left = step.Steps - step.Step + (step.Steps * batches);
        return Math.Max(0, _seconds / _steps * left);
    }
}
