namespace Pareidolia.Weights;

/// <summary>
/// A safetensors file, mapped into memory: opening it reads the header alone, and a tensor's bytes come from the file's pages when they
/// are first looked at. The whole header is checked when the file is opened, so that no later call can read outside the file.
/// Safe for several threads, save for <see cref="Dispose"/>. Do not shorten a file in place while it is open: replace it.
/// </summary>
public sealed class SafetensorsFile : StoredWeights
{
    private readonly SafetensorsHeader _header;
    private readonly MappedFile _file;

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="PareidoliaException">It is missing, unreadable, or breaks a rule of the format.</exception>
    public SafetensorsFile(string path)
    {
        Path = path;
        _file = new MappedFile(path);
        try
        {
            ReadOnlySpan<byte> head = _file.From(0, SafetensorsHeader.PrefixLength + SafetensorsHeader.LengthLimit);
            _header = SafetensorsHeader.Parse(head, _file.Length, path);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The file's path, as it was given.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public override string Location => Path;

    /// <summary>The tensors' names in the order of their bytes.</summary>
    public override IReadOnlyCollection<string> Names => _header.Names;

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _header.Entries;

    /// <summary>The texts the writer left; empty where there are none.</summary>
    public override IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <inheritdoc/>
    public override bool Has(string name) => _header.ByName.ContainsKey(name);

    /// <summary>Type, shape and place of a tensor.</summary>
    /// <exception cref="PareidoliaException">There is no tensor of this name.</exception>
    public override SafetensorsEntry Entry(string name) => _header.ByName.TryGetValue(name, out SafetensorsEntry? entry)
        ? entry
        : throw new PareidoliaException($"'{Path}' has no tensor {SafetensorsHeader.Shown(name)} among its {_header.Entries.Count}.");

    /// <summary>A tensor's bytes without a copy, valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="PareidoliaException">There is no such tensor, or it has 2 GiB or more: then use <see cref="Address"/>.</exception>
    public override ReadOnlySpan<byte> Bytes(string name)
    {
        SafetensorsEntry entry = Entry(name);
        if (entry.Length > int.MaxValue)
            throw new PareidoliaException($"Tensor {SafetensorsHeader.Shown(name)} of '{Path}' has {entry.Length} bytes; "
                + $"a span holds at most {int.MaxValue}.");
        return _file.Span(entry.Offset, (int)entry.Length);
    }

    /// <summary>Where a tensor's first byte lies in memory, valid until <see cref="Dispose"/>; its length is that of its entry.</summary>
    /// <exception cref="PareidoliaException">There is no such tensor.</exception>
    public nint Address(string name) => _file.Address(Entry(name).Offset);

    internal override nint? AddressOf(string name) => Address(name);

    /// <inheritdoc/>
    public override void Forget() => _file.Forget();

    /// <summary>Closes the mapping: spans and addresses given out become invalid.</summary>
    public override void Dispose() => _file.Dispose();
}
