using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Pareidolia.Hub;

/// <summary>
/// Brings files of a model into the cache. A file is written beside its place and gets its name when its size and its hash are those that the hub
/// told; a connection that breaks is taken up again where it broke, in this run or the next.
/// </summary>
/// <param name="client">Who asks the hub.</param>
/// <param name="cache">Where files go.</param>
/// <param name="pause">How long to wait before the second try; each further one waits twice as long.</param>
public sealed class HubDownload(HubClient client, HubCache cache, TimeSpan? pause = null)
{
    private const int Tries = 5;

    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(60);

    private readonly TimeSpan _pause = pause ?? TimeSpan.FromSeconds(1);

    /// <summary>The files that a pull brings.</summary>
    /// <param name="name">The model.</param>
    /// <param name="patterns">Names with <c>*</c> and <c>?</c>; none for what is needed to draw.</param>
    /// <param name="cancelled">Ends the wait.</param>
    /// <exception cref="PareidoliaException">The hub refuses, or no file fits.</exception>
    public HubRevision Plan(HubName name, IReadOnlyList<string> patterns, CancellationToken cancelled = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(patterns);
        HubRevision all = client.Revision(name, cancelled);
        IReadOnlyList<HubFile> files = FileChoice.Select(all.Files, patterns);
        return files.Count > 0 ? all with { Files = files } : throw new PareidoliaException(patterns.Count > 0
            ? $"None of the {all.Files.Count} files of {name} fits {string.Join(", ", patterns)}."
            : $"None of the {all.Files.Count} files of {name} is a model's; --include names files.");
    }

    /// <summary>Brings what is not there yet, then names the snapshot.</summary>
    /// <param name="name">The model.</param>
    /// <param name="revision">From <see cref="Plan"/>.</param>
    /// <param name="progress">Told of bytes as they come.</param>
    /// <param name="cancelled">Ends it; what came stays for the next time.</param>
    /// <returns>The snapshot's folder.</returns>
    /// <exception cref="PareidoliaException">A file cannot be brought, or is not what the hub told.</exception>
    public string Pull(HubName name, HubRevision revision, Action<long>? progress = null, CancellationToken cancelled = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(revision);
        cache.Prepare(name);
        foreach (HubFile file in revision.Files)
        {
            HubFile known = file.Hash is null ? Ask(name, revision.Commit, file, cancelled) : file;
            if (File.Exists(cache.Blob(name, known.Hash!)))
                progress?.Invoke(known.Size ?? 0);
            else
                Fetch(name, revision.Commit, known, progress, cancelled);
            cache.Link(name, revision.Commit, known.Path, known.Hash!);
        }
        cache.Point(name, revision.Commit);
        return cache.Snapshot(name)!;
    }

    // A hub that does not list hashes tells them with the file.
    private HubFile Ask(HubName name, string commit, HubFile file, CancellationToken cancelled)
    {
        using HttpResponseMessage response = client.Open(name, commit, file.Path, 0, cancelled);
        client.Require(response, name, file.Path);
        string? hash = Linked(response) ?? response.Headers.ETag?.Tag.Trim('"');
        return HubName.IsHash(hash)
            ? file with { Hash = hash, Size = file.Size ?? response.Content.Headers.ContentLength }
            : throw new PareidoliaException($"The hub tells no hash of {file.Path} of {name}, so that what comes could not be checked.");
    }

    private static string? Linked(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Linked-Etag", out IEnumerable<string>? values) ? values.First().Trim('"') : null;

    private void Fetch(HubName name, string commit, HubFile file, Action<long>? progress, CancellationToken cancelled)
    {
        string blob = cache.Blob(name, file.Hash!), partial = $"{blob}.incomplete";
        using (FileStream stream = Exclusive(partial, name))
        {
            if (stream.Length > 0)
                progress?.Invoke(stream.Length);
            for (int trial = 1; !TryContinue(stream, name, commit, file, progress, trial == Tries, cancelled); trial++)
                if (cancelled.WaitHandle.WaitOne(_pause * Math.Pow(2, trial - 1)))
                    cancelled.ThrowIfCancellationRequested();
            stream.Flush(flushToDisk: true);
            if (Mismatch(stream, file) is string mismatch)
            {
                stream.SetLength(0);
                throw new PareidoliaException($"{file.Path} of {name} did not come as the hub told: {mismatch}; it was thrown away.");
            }
        }
        File.Move(partial, blob, overwrite: true);
    }

    private static FileStream Exclusive(string partial, HubName name)
    {
        try
        {
            FileStream stream = new(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            stream.Seek(0, SeekOrigin.End);
            return stream;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot write '{partial}' ({error.Message}); perhaps another program pulls {name} at this moment.", error);
        }
    }

    // False: it broke, and is worth another try.
    private bool TryContinue(
        FileStream stream, HubName name, string commit, HubFile file, Action<long>? progress, bool last, CancellationToken cancelled)
    {
        try
        {
            if (stream.Length == file.Size)
                return true;
            using HttpResponseMessage response = client.Open(name, commit, file.Path, stream.Length, cancelled);
            if ((int)response.StatusCode is >= 500 or 429 && !last)
                return false;
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                stream.SetLength(0);
                return Broken(last, name, file, "the hub has nothing behind what came before.");
            }
            client.Require(response, name, file.Path);
            if (Linked(response) is string linked && linked != file.Hash)
                throw new PareidoliaException($"The hub tells two hashes of {file.Path} of {name}: {file.Hash} in its list and {linked} with the file.");
            Append(stream, response, file, progress, cancelled);
            return file.Size is null || stream.Length >= file.Size || Broken(last, name, file, $"it ended after {stream.Length} of {file.Size} bytes");
        }
        catch (Exception error) when (error is HttpRequestException or IOException || (error is OperationCanceledException && !cancelled.IsCancellationRequested))
        {
            return Broken(last, name, file, error.Message);
        }
    }

    private static bool Broken(bool last, HubName name, HubFile file, string why) => last
        ? throw new PareidoliaException($"{file.Path} of {name} could not be brought in {Tries} tries: {why.ReplaceLineEndings(" ")} What came is kept; the next pull goes on from there.")
        : false;

    private static void Append(FileStream stream, HttpResponseMessage response, HubFile file, Action<long>? progress, CancellationToken cancelled)
    {
        bool goesOn = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == stream.Length;
        if (!goesOn && stream.Length > 0)
        {
            progress?.Invoke(-stream.Length);
            stream.SetLength(0);
        }
        stream.Seek(0, SeekOrigin.End);
        using Stream body = response.Content.ReadAsStream(cancelled);
        byte[] buffer = new byte[1 << 17];
        for (int read; (read = Read(body, buffer, cancelled)) > 0;)
        {
            stream.Write(buffer, 0, read);
            progress?.Invoke(read);
            if (stream.Length > file.Size)
                return;
        }
    }

    // A server that falls silent counts as a broken connection.
    private static int Read(Stream body, byte[] buffer, CancellationToken cancelled)
    {
        using CancellationTokenSource stall = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        stall.CancelAfter(s_stall);
        return body.ReadAsync(buffer, stall.Token).AsTask().GetAwaiter().GetResult();
    }

    private static string? Mismatch(FileStream stream, HubFile file)
    {
        if (file.Size is long size && stream.Length != size)
            return $"it has {stream.Length} bytes where {size} were told";
        stream.Seek(0, SeekOrigin.Begin);
        string hash = Convert.ToHexStringLower(file.Hash!.Length == 64 ? SHA256.HashData(stream) : GitHash(stream));
        return hash == file.Hash ? null : $"its hash is {hash} where {file.Hash} was told";
    }

    // Git names a file by the hash of its length and its bytes.
    private static byte[] GitHash(FileStream stream)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {stream.Length}\0"));
        byte[] buffer = new byte[1 << 17];
        for (int read; (read = stream.Read(buffer)) > 0;)
            hash.AppendData(buffer, 0, read);
        return hash.GetHashAndReset();
    }
}
