using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Pareidolia.Server.Jobs;

/// <summary>Something that happened to a job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Name">job, progress, preview, picture, done, failed, or a name of the kind's own.</param>
/// <param name="Json">What happened, written once for all who watch.</param>
internal sealed record StudioEvent(string JobId, string Name, string Json);

/// <summary>Tells all who watch what happens. Who reads too slowly misses the oldest.</summary>
internal sealed class JobEvents
{
    private const int MostUnread = 512;

    private readonly ConcurrentDictionary<Watcher, byte> _watchers = new();
    private volatile bool _closed;

    /// <summary>How many watch.</summary>
    public int Count => _watchers.Count;

    /// <summary>Tells everyone; never waits.</summary>
    public void Publish(StudioEvent happened)
    {
        foreach (Watcher watcher in _watchers.Keys)
            watcher.Tell(happened);
    }

    /// <summary>Begins to watch at once; what happens from now on is read from the result.</summary>
    /// <param name="jobId">One job; null for all.</param>
    public Watcher Watch(string? jobId = null)
    {
        Watcher watcher = new(this, jobId);
        _watchers[watcher] = 0;
        if (_closed)
            watcher.Close();
        return watcher;
    }

    /// <summary>Ends all streams: the program ends, and would wait for them.</summary>
    public void Close()
    {
        _closed = true;
        foreach (Watcher watcher in _watchers.Keys)
            watcher.Close();
    }

    /// <summary>One who watches.</summary>
    internal sealed class Watcher(JobEvents all, string? jobId) : IDisposable
    {
        private readonly Channel<StudioEvent> _unread = Channel.CreateBounded<StudioEvent>(
            new BoundedChannelOptions(MostUnread) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

        /// <summary>Whether nothing will happen any more, because the program ends.</summary>
        public bool IsClosed => _unread.Reader.Completion.IsCompleted;

        /// <summary>What happens, until the watching is cancelled.</summary>
        public async IAsyncEnumerable<StudioEvent> All([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (StudioEvent happened in _unread.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
                yield return happened;
        }

        /// <summary>The next thing that happened; null where nothing did for so long, or nothing will.</summary>
        public async Task<StudioEvent?> Next(TimeSpan patience, CancellationToken cancellation)
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(patience);
            try
            {
                return await _unread.Reader.ReadAsync(limit.Token).ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                return null;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return null;
            }
        }

        /// <summary>Hears of it.</summary>
        public void Tell(StudioEvent happened)
        {
            if (jobId is null || jobId == happened.JobId)
                _ = _unread.Writer.TryWrite(happened);
        }

        /// <summary>Lets whoever reads come to an end.</summary>
        public void Close() => _ = _unread.Writer.TryComplete();

        /// <inheritdoc/>
        public void Dispose() => _ = all._watchers.TryRemove(this, out _);
    }
}
