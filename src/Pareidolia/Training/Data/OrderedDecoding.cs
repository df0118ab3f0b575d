using System.Threading.Channels;

namespace Pareidolia.Training.Data;

/// <summary>
/// Applies a function to a stream on several threads, ahead of the reader, and gives the results in the stream's order: what comes out
/// does not depend on the number of threads.
/// </summary>
internal static class OrderedDecoding
{
    /// <summary>The results, in order. Leaving the loop early stops the threads and waits for them.</summary>
    /// <param name="source">Read by one thread of its own.</param>
    /// <param name="decode">Called from several threads; its exception reaches the caller at the result's place.</param>
    /// <param name="workers">How many threads decode.</param>
    /// <param name="prefetch">Most results that wait for the reader.</param>
    /// <param name="cancel">Ends the loop with <see cref="OperationCanceledException"/>.</param>
    public static IEnumerable<TOut> Map<TIn, TOut>(
        IEnumerable<TIn> source, Func<TIn, TOut> decode, int workers, int prefetch, CancellationToken cancel)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Channel<Job<TIn, TOut>> work = Channel.CreateBounded<Job<TIn, TOut>>(prefetch);
        Channel<Task<TOut>> results = Channel.CreateBounded<Task<TOut>>(prefetch);
        List<Task> tasks = [Task.Run(() => Produce(source, work.Writer, results.Writer, stop.Token), CancellationToken.None)];
        for (int i = 0; i < workers; i++)
            tasks.Add(Task.Run(() => Work(work.Reader, decode, stop.Token), CancellationToken.None));
        try
        {
            while (Wait(results.Reader, cancel))
                while (results.Reader.TryRead(out Task<TOut>? result))
                    yield return Await(result, cancel);
        }
        finally
        {
            stop.Cancel();
            Task.WaitAll(tasks, CancellationToken.None);
        }
    }

    private sealed record Job<TIn, TOut>(TIn Item, TaskCompletionSource<TOut> Result);

    private static bool Wait<T>(ChannelReader<T> reader, CancellationToken cancel) =>
        reader.WaitToReadAsync(cancel).AsTask().GetAwaiter().GetResult();

    private static T Await<T>(Task<T> result, CancellationToken cancel) => result.WaitAsync(cancel).GetAwaiter().GetResult();

    /// <summary>Ends without an exception of its own: the results' channel carries it to the caller.</summary>
    private static async Task Produce<TIn, TOut>(
        IEnumerable<TIn> source, ChannelWriter<Job<TIn, TOut>> work, ChannelWriter<Task<TOut>> results, CancellationToken stop)
    {
        Exception? failure = null;
        try
        {
            foreach (TIn item in source)
            {
                Job<TIn, TOut> job = new(item, new TaskCompletionSource<TOut>(TaskCreationOptions.RunContinuationsAsynchronously));
                await results.WriteAsync(job.Result.Task, stop).ConfigureAwait(false);
                await work.WriteAsync(job, stop).ConfigureAwait(false);
            }
        }
        catch (IOException error)
        {
            failure = new PareidoliaException($"Reading the training data failed: {error.Message}", error);
        }
        catch (Exception error)
        {
            failure = error;
        }
        work.Complete();
        results.Complete(failure);
    }

    private static async Task Work<TIn, TOut>(ChannelReader<Job<TIn, TOut>> work, Func<TIn, TOut> decode, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await work.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            while (!stop.IsCancellationRequested && work.TryRead(out Job<TIn, TOut>? job))
                Decode(job, decode);
    }

    private static void Decode<TIn, TOut>(Job<TIn, TOut> job, Func<TIn, TOut> decode)
    {
        try
        {
            job.Result.SetResult(decode(job.Item));
        }
        catch (Exception error)
        {
            job.Result.SetException(error);
            // Whoever left the loop early never looks at it.
            _ = job.Result.Task.Exception;
        }
    }
}
