namespace Pareidolia.Weights;

/// <summary>
/// A model's weights in one or several safetensors files, as one set of names: either a single file, or the shards that a
/// <c>*.safetensors.index.json</c> lists. Every name of the index is checked to be in its shard when the set is opened.
/// </summary>
public sealed class SafetensorsShards : StoredWeights
{
    private readonly Dictionary<string, SafetensorsFile> _files = [];
    private readonly Dictionary<string, SafetensorsFile> _fileOf = [];

    /// <summary>Opens a <c>.safetensors</c> file, or all shards of an index, which is any <c>.json</c> file.</summary>
    /// <exception cref="PareidoliaException">A file is missing or broken, or the index and the shards disagree.</exception>
    public SafetensorsShards(string path)
    {
        Location = path;
        try
        {
            if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                AddIndex(path);
            else
                AddSingle(path);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string Location { get; }

    /// <summary>The tensors' names: of a single file in the order of its bytes, of shards in the order of the index.</summary>
    public override IReadOnlyCollection<string> Names => _fileOf.Keys;

    /// <summary>The files, in the order in which they were met.</summary>
    public IReadOnlyCollection<SafetensorsFile> Files => _files.Values;

    /// <summary>The texts of the first file.</summary>
    public override IReadOnlyDictionary<string, string> Metadata =>
        _files.Count == 0 ? base.Metadata : _files.Values.First().Metadata;

    /// <inheritdoc/>
    public override bool Has(string name) => _fileOf.ContainsKey(name);

    /// <summary>The file that holds a tensor; ask it for entry, bytes and address.</summary>
    /// <exception cref="PareidoliaException">There is no tensor of this name.</exception>
    public SafetensorsFile FileOf(string name) => _fileOf.TryGetValue(name, out SafetensorsFile? file)
        ? file
        : throw new PareidoliaException($"The weights in '{string.Join("', '", _files.Keys)}' have no tensor "
            + $"{SafetensorsHeader.Shown(name)} among their {_fileOf.Count}.");

    /// <inheritdoc/>
    public override SafetensorsEntry Entry(string name) => FileOf(name).Entry(name);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Bytes(string name) => FileOf(name).Bytes(name);

    internal override nint? AddressOf(string name) => FileOf(name).AddressOf(name);

    /// <inheritdoc/>
    public override void Forget()
    {
        foreach (SafetensorsFile file in _files.Values)
            file.Forget();
    }

    /// <summary>Closes all files.</summary>
    public override void Dispose()
    {
        foreach (SafetensorsFile file in _files.Values)
            file.Dispose();
    }

    private void AddSingle(string path)
    {
        SafetensorsFile file = Shard(path);
        foreach (string name in file.Names)
            _fileOf.Add(name, file);
    }

    private void AddIndex(string path)
    {
        JsonConfig map = JsonConfig.Load(path).Section("weight_map")
            ?? throw new PareidoliaException($"'{path}' has no \"weight_map\"; an object of tensor names and file names is needed.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (string name in map.Keys)
        {
            string shard = map.Text(name)!;
            // A shard lies beside its index: an index from elsewhere must not open other files of this machine.
            if (shard != Path.GetFileName(shard) || !shard.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
                throw new PareidoliaException($"'{path}' names the shard {SafetensorsHeader.Shown(shard)}; "
                    + "a .safetensors file beside it is needed.");
            SafetensorsFile file = Shard(Path.Combine(folder, shard));
            _ = file.Entry(name);
            _fileOf.Add(name, file);
        }
    }

    private SafetensorsFile Shard(string path)
    {
        if (!_files.TryGetValue(path, out SafetensorsFile? file))
            _files.Add(path, file = new SafetensorsFile(path));
        return file;
    }
}
