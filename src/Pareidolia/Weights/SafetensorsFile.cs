using System.IO.MemoryMappedFiles;

namespace Pareidolia.Weights;

/// <summary>
/// A safetensors file, mapped into memory: opening it reads the header alone, and a tensor's bytes come from the file's pages when they
/// are first looked at. The whole header is checked when the file is opened, so that no later call can read outside the file.
/// Safe for several threads, save for <see cref="Dispose"/>. Do not shorten a file in place while it is open: replace it.
/// </summary>
public sealed unsafe class SafetensorsFile : StoredWeights
{
    private readonly SafetensorsHeader _header;
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="PareidoliaException">It is missing, unreadable, or breaks a rule of the format.</exception>
    public SafetensorsFile(string path)
    {
        Path = path;
        try
        {
            long length = new FileInfo(path).Length;
            // An empty file cannot be mapped; the parser words its refusal.
            if (length == 0)
                SafetensorsHeader.Parse([], 0, path);
            _mapping = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            _view = _mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
            _start += _view.PointerOffset;
            int head = (int)Math.Min(length, SafetensorsHeader.PrefixLength + SafetensorsHeader.LengthLimit);
            _header = SafetensorsHeader.Parse(new ReadOnlySpan<byte>(_start, head), length, path);
        }
        catch (Exception error)
        {
            Dispose();
            if (error is IOException or UnauthorizedAccessException)
                throw new PareidoliaException($"Cannot read the weights '{path}': {error.Message}", error);
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
        return new ReadOnlySpan<byte>((byte*)Address(name), (int)entry.Length);
    }

    /// <summary>Where a tensor's first byte lies in memory, valid until <see cref="Dispose"/>; its length is that of its entry.</summary>
    /// <exception cref="PareidoliaException">There is no such tensor.</exception>
    public nint Address(string name)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        return (nint)(_start + Entry(name).Offset);
    }

    /// <summary>Closes the mapping: spans and addresses given out become invalid.</summary>
    public override void Dispose()
    {
        if (_start is not null)
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _start = null;
        _view?.Dispose();
        _mapping?.Dispose();
    }
}
