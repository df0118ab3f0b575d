using System.Threading.Channels;

namespace Pareidolia.Server.Jobs;

/// <summary>Tells a step of a job.</summary>
internal delegate void Tell(JobStep step);

/// <summary>The steps of work that tells them as it goes on, where it cannot be walked step by step.</summary>
internal static class ToldSteps
{
    /// <summary>Does the work on a thread of its own, and gives its steps as they are told; what the work throws comes at the end.</summary>
    /// <param name="work">Stops by itself when its job is to stop.</param>
    public static async IAsyncEnumerable<JobStep> Of(Action<Tell> work)
    {
        Channel<JobStep> told = Channel.CreateUnbounded<JobStep>(new UnboundedChannelOptions { SingleReader = true });
        Task working = Task.Factory.StartNew(() => Do(work, told.Writer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (JobStep step in told.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return step;
            await working.ConfigureAwait(false);
        }
        finally
        {
            // One job at a time: the next must not begin while this one still computes.
            await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Do(Action<Tell> work, ChannelWriter<JobStep> told)
    {
        ThreadCourtesy.YieldToRequests();
        try
        {
            work(step => told.TryWrite(step));
        }
        finally
        {
            told.Complete();
        }
    }
}
