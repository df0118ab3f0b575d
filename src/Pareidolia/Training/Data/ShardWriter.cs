using System.Formats.Tar;
using Pareidolia.Files;

namespace Pareidolia.Training.Data;

/// <summary>
/// Writes samples into shards <c>NAME-000.tar</c>, <c>NAME-001.tar</c> .. that <see cref="WebDataset{T}"/> reads. A shard is complete or not there; the same
/// samples make the same bytes.
/// </summary>
/// <param name="folder">Where they go; it is made with the first shard.</param>
/// <param name="name">What their names begin with.</param>
/// <param name="perShard">Most samples of a shard.</param>
public sealed class ShardWriter(string folder, string name, int perShard)
{
    /// <summary>Most bytes that wait for a shard to be full.</summary>
    private const long ByteLimit = 256 << 20;

    private readonly List<Sample> _waiting = [];
    private readonly List<string> _shards = [];
    private long _bytes;

    /// <summary>The shards that are written, in order.</summary>
    public IReadOnlyList<string> Shards => _shards;

    /// <summary>Samples so far.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a sample; writes a shard where it is full.</summary>
    /// <exception cref="PareidoliaException">The file cannot be written.</exception>
    public void Add(Sample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (_waiting.Count == perShard || (_waiting.Count > 0 && _bytes + sample.Bytes > ByteLimit))
            Complete();
        _waiting.Add(sample);
        _bytes += sample.Bytes;
        Count++;
    }

    /// <summary>Writes what waits.</summary>
    /// <exception cref="PareidoliaException">The file cannot be written.</exception>
    public void Complete()
    {
        if (_waiting.Count == 0)
            return;
        Folder.Make(folder);
        string path = Path.Combine(folder, $"{name}-{_shards.Count:D3}.tar");
        AtomicFile.Write(path, WriteShard);
        _shards.Add(path);
        _waiting.Clear();
        _bytes = 0;
    }

    // Parts of a sample follow each other, sorted; folders in a key would be taken for folders of the tar file, and a dot for the extension's.
    private void WriteShard(Stream stream)
    {
        using TarWriter writer = new(stream, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (Sample sample in _waiting)
            foreach ((string extension, byte[] content) in sample.Parts.OrderBy(part => part.Key, StringComparer.Ordinal))
                writer.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, $"{sample.Key.Replace('/', '_').Replace('.', '_')}.{extension}")
                {
                    DataStream = new MemoryStream(content),
                    ModificationTime = DateTimeOffset.UnixEpoch,
                });
    }
}
