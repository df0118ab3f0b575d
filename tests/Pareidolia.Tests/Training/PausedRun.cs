using Pareidolia.Training;

namespace Pareidolia.Tests.Training;

/// <summary>A run that pauses as Ctrl-C does.</summary>
internal static class PausedRun
{
    /// <summary>Runs until a number of reports have come, or to its end.</summary>
    public static List<TrainingProgress> Of(Trainer trainer, string folder, int reports)
    {
        using TrainingLoop loop = new(trainer, folder);
        using CancellationTokenSource pause = new();
        List<TrainingProgress> progress = [];
        try
        {
            foreach (TrainingProgress report in loop.Run(pause.Token))
            {
                progress.Add(report);
                if (progress.Count >= reports)
                    pause.Cancel();
            }
        }
        catch (OperationCanceledException)
        {
            // Paused as asked.
        }
        return progress;
    }
}
