using System.Text;
using Pareidolia.Files;

namespace Pareidolia.Hub;

/// <summary>A model in the cache.</summary>
/// <param name="Name">Owner and name.</param>
/// <param name="Revisions">The branches and tags that were pulled, and the commits without one.</param>
/// <param name="Bytes">What its files take on disk.</param>
public sealed record CachedModel(string Name, IReadOnlyList<string> Revisions, long Bytes);

/// <summary>
/// The hub's cache folder, in the layout that all of Hugging Face's libraries share: <c>models--owner--name</c> with <c>blobs/</c> (files by
/// their hash), <c>refs/</c> (a revision's commit) and <c>snapshots/commit/</c> (the files' names, linked to the blobs). What other programs
/// pulled is found, and they find what was pulled here. https://huggingface.co/docs/huggingface_hub/guides/manage-cache
/// </summary>
/// <param name="folder">The folder; it need not exist.</param>
public sealed class HubCache(string folder)
{
    private const string Prefix = "models--";

    /// <summary>The models, by name.</summary>
    public IReadOnlyList<CachedModel> Models => !Directory.Exists(folder) ? [] :
        [.. Directory.GetDirectories(folder, Prefix + "*").Select(path => (Path: path, Name: NameOf(path))).Where(row => row.Name is not null)
            .Select(row => new CachedModel(row.Name!.Id, Revisions(row.Path), Size(row.Path))).OrderBy(model => model.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>The folder with a model's files; null where the revision was not pulled.</summary>
    public string? Snapshot(HubName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string reference = Path.Combine(Root(name), "refs", name.Revision);
        string commit = File.Exists(reference) ? File.ReadAllText(reference).Trim() : name.Revision;
        string snapshot = SnapshotFolder(name, commit);
        return HubName.IsHash(commit) && Directory.Exists(snapshot) ? snapshot : null;
    }

    /// <summary>Removes a model with all its revisions.</summary>
    /// <returns>The bytes that were freed.</returns>
    /// <exception cref="PareidoliaException">It is not there, or the file system refuses.</exception>
    public long Remove(HubName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string root = Root(name);
        if (!Directory.Exists(root))
            throw new PareidoliaException($"There is no model {name.Id} in the cache '{folder}'.");
        long bytes = Size(root);
        Guarded(root, () => Directory.Delete(root, recursive: true));
        return bytes;
    }

    /// <summary>A folder with a CLIP vocabulary, from any model that was pulled; null for none.</summary>
    public string? FindTokenizer() => Models.Select(model => HubName.Parse(model.Name)).SelectMany(Snapshots)
        .SelectMany(snapshot => (string[])[Path.Combine(snapshot, "tokenizer"), snapshot]).FirstOrDefault(IsClip);

    /// <summary>Where a blob lies.</summary>
    internal string Blob(HubName name, string hash) => Path.Combine(Root(name), "blobs", hash);

    /// <summary>Gives a blob its name in a snapshot: a relative link, or a copy where the file system has no links.</summary>
    /// <exception cref="PareidoliaException">The file system refuses.</exception>
    internal void Link(HubName name, string commit, string file, string hash)
    {
        string path = Path.Combine(SnapshotFolder(name, commit), file.Replace('/', Path.DirectorySeparatorChar)), blob = Blob(name, hash);
        Guarded(path, () =>
        {
            string place = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(place);
            // Also a link that leads nowhere.
            if (new FileInfo(path) is { LinkTarget: not null } or { Exists: true })
                File.Delete(path);
            try
            {
                File.CreateSymbolicLink(path, Path.GetRelativePath(place, blob));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
            {
                File.Copy(blob, path);
            }
        });
    }

    /// <summary>Notes which commit a revision is. Last of all: a snapshot that a reference names is complete.</summary>
    internal void Point(HubName name, string commit)
    {
        if (name.Revision == commit)
            return;
        string reference = Path.Combine(Root(name), "refs", name.Revision);
        Guarded(reference, () => Directory.CreateDirectory(Path.GetDirectoryName(reference)!));
        AtomicFile.Write(reference, stream => stream.Write(Encoding.ASCII.GetBytes(commit)));
    }

    /// <summary>Makes the folder of blobs.</summary>
    internal void Prepare(HubName name) => Guarded(Root(name), () => Directory.CreateDirectory(Path.Combine(Root(name), "blobs")));

    private static void Guarded(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot write '{path}': {error.Message}", error);
        }
    }

    private static HubName? NameOf(string path) =>
        Path.GetFileName(path)[Prefix.Length..].Split("--") is [string owner, string name] ? HubName.TryParse($"{owner}/{name}") : null;

    private static IReadOnlyList<string> Revisions(string root)
    {
        string refs = Path.Combine(root, "refs"), snapshots = Path.Combine(root, "snapshots");
        Dictionary<string, string> named = !Directory.Exists(refs) ? [] : Directory.GetFiles(refs, "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(refs, file).Replace('\\', '/'), file => File.ReadAllText(file).Trim());
        IEnumerable<string> commits = !Directory.Exists(snapshots) ? [] : Directory.GetDirectories(snapshots).Select(path => Path.GetFileName(path));
        return [.. named.Keys.Order(StringComparer.Ordinal), .. commits.Where(commit => !named.ContainsValue(commit)).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Files(string root) => Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories);

    private static long Size(string root) => Files(root).Select(file => new FileInfo(file)).Where(file => file.LinkTarget is null).Sum(file => file.Length);

    private static bool IsClip(string place)
    {
        string vocabulary = Path.Combine(place, "vocab.json");
        return File.Exists(vocabulary) && File.Exists(Path.Combine(place, "merges.txt"))
            && File.ReadAllText(vocabulary).Contains("<|startoftext|>", StringComparison.Ordinal);
    }

    private IEnumerable<string> Snapshots(HubName name)
    {
        string snapshots = Path.Combine(Root(name), "snapshots");
        return Directory.Exists(snapshots) ? Directory.GetDirectories(snapshots).Order(StringComparer.Ordinal) : [];
    }

    private string Root(HubName name) => Path.Combine(folder, name.Folder);

    private string SnapshotFolder(HubName name, string commit) => Path.Combine(Root(name), "snapshots", commit);
}
