namespace Pareidolia.Weights.Pickle;

/// <summary>
/// A file of <c>torch.save</c> (<c>.ckpt</c>, <c>.pt</c>, <c>.pth</c>, <c>.bin</c>), mapped into memory: the zip archive of today or the stream
/// of before PyTorch 1.6. Its pickle is read as data, and nothing in it is executed. The names are the keys of the dict that was saved, or of
/// the <c>state_dict</c> inside it; those of dicts in dicts are joined by dots.
/// </summary>
public sealed class TorchFile : StoredWeights
{
    private const int PickleLimit = 256 << 20;
    private const int DepthLimit = 16;

    // Where trainers put the weights among other values.
    private static readonly string[] s_weightKeys = ["state_dict", "params_ema", "params"];

    private readonly MappedFile _file;
    private readonly Dictionary<string, PickleTensor> _tensors = [];
    private readonly Dictionary<string, FilePart> _storages = [];

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="PareidoliaException">It is missing, damaged, or mentions what is not allowed; the message names it.</exception>
    public TorchFile(string path)
    {
        Location = path;
        _file = new MappedFile(path);
        try
        {
            object? root = IsZip(_file.From(0, 4)) ? ReadArchive() : ReadStream();
            Collect(root);
        }
        catch (Exception error)
        {
            _file.Dispose();
            if (error is ForbiddenGlobalException)
                throw new PareidoliaException($"'{path}' asks for {SafetensorsHeader.Shown(error.Message)}, which is not allowed: only tensors, dicts, "
                    + "lists, numbers and texts are read from such a file, and nothing is executed.", error);
            if (error is FormatException)
                throw new PareidoliaException($"'{path}' is not a usable PyTorch file: {error.Message}.", error);
            throw;
        }
    }

    /// <inheritdoc/>
    public override string Location { get; }

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Whether a file's first bytes are those of a file of <c>torch.save</c>.</summary>
    public static bool IsTorch(ReadOnlySpan<byte> start) => IsZip(start) || start is [0x80, >= 2 and <= 5, ..];

    /// <inheritdoc/>
    public override bool Has(string name) => _tensors.ContainsKey(name);

    /// <inheritdoc/>
    public override StoredTensor Entry(string name) => new(name, Find(name).Storage.Type, Find(name).Shape);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Bytes(string name)
    {
        PickleTensor tensor = Find(name);
        int size = tensor.Storage.Type.Size();
        long count = tensor.Shape.Aggregate(1L, (product, extent) => product * extent);
        if (count * size > int.MaxValue)
            throw new PareidoliaException($"Tensor {SafetensorsHeader.Shown(name)} of '{Location}' has {count * size} bytes; a span holds at most {int.MaxValue}.");
        long start = _storages[tensor.Storage.Key].Offset + (tensor.Offset * size);
        return IsContiguous(tensor) ? _file.Span(start, (int)(count * size)) : Gathered(tensor, start, (int)count);
    }

    /// <inheritdoc/>
    public override void Forget() => _file.Forget();

    /// <inheritdoc/>
    public override void Dispose() => _file.Dispose();

    private static bool IsZip(ReadOnlySpan<byte> start) => start.StartsWith("PK\x03\x04"u8);

    private PickleTensor Find(string name) => _tensors.TryGetValue(name, out PickleTensor? tensor)
        ? tensor
        : throw new PareidoliaException($"'{Location}' has no tensor {SafetensorsHeader.Shown(name)} among its {_tensors.Count}.");

    private object? ReadArchive()
    {
        IReadOnlyDictionary<string, FilePart> members = ZipDirectory.Read(_file);
        string[] pickles = [.. members.Keys.Where(name => name == "data.pkl" || name.EndsWith("/data.pkl", StringComparison.Ordinal))];
        if (pickles is not [string pickle])
            throw new FormatException($"its zip archive has {pickles.Length} members data.pkl, and 1 is needed");
        string prefix = pickle[..^"data.pkl".Length];
        if (members.ContainsKey($"{prefix}constants.pkl"))
            throw new FormatException("it is a TorchScript program, not weights");
        if (members.TryGetValue($"{prefix}byteorder", out FilePart order) && order.Length < 16 && !_file.Span(order.Offset, (int)order.Length).StartsWith("little"u8))
            throw new FormatException("its numbers are big-endian");
        string data = $"{prefix}data/";
        foreach ((string name, FilePart member) in members.Where(member => member.Key.StartsWith(data, StringComparison.Ordinal)))
            _storages.Add(name[data.Length..], member);
        return new PickleReader(_file.Span(members[pickle].Offset, (int)Math.Min(PickleLimit, members[pickle].Length))).Read();
    }

    private object? ReadStream()
    {
        TorchStream stream = TorchStream.Read(_file);
        foreach ((string key, FilePart place) in stream.Storages)
            _storages[key] = place;
        return stream.Root;
    }

    private void Collect(object? root)
    {
        object? weights = root is PickleDict dict ? s_weightKeys.Select(dict.Get).FirstOrDefault(value => value is PickleDict) ?? dict : root;
        if (weights is not PickleDict tree)
            throw new FormatException("it holds no dict of tensors");
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Collect(tree, "", 0, seen);
    }

    // A dict that is met twice counts once: so no file can be larger in memory than it is in bytes.
    private void Collect(PickleDict dict, string prefix, int depth, HashSet<object> seen)
    {
        if (depth > DepthLimit || !seen.Add(dict))
            return;
        foreach ((string key, object? value) in dict.Texts)
        {
            if (value is PickleTensor tensor)
                Add(prefix + key, tensor);
            else if (value is PickleDict inner)
                Collect(inner, $"{prefix}{key}.", depth + 1, seen);
        }
    }

    private void Add(string name, PickleTensor tensor)
    {
        PickleStorage storage = tensor.Storage;
        if (!_storages.TryGetValue(storage.Key, out FilePart place))
            throw new FormatException($"the storage {SafetensorsHeader.Shown(storage.Key)} of tensor {SafetensorsHeader.Shown(name)} is missing");
        if (place.Length / storage.Type.Size() < storage.Count)
            throw new FormatException($"the storage of tensor {SafetensorsHeader.Shown(name)} has {place.Length} bytes, and {storage.Count} elements "
                + $"of {storage.Type.Size()} are claimed");
        if (!_tensors.TryAdd(name, tensor))
            throw new FormatException($"two tensors are named {SafetensorsHeader.Shown(name)}");
    }

    private static bool IsContiguous(PickleTensor tensor)
    {
        long expected = 1;
        for (int axis = tensor.Shape.Length - 1; axis >= 0; axis--)
        {
            if (tensor.Shape[axis] != 1 && tensor.Strides[axis] != expected)
                return tensor.Shape.Contains(0);
            expected *= tensor.Shape[axis];
        }
        return true;
    }

    private byte[] Gathered(PickleTensor tensor, long start, int count)
    {
        int size = tensor.Storage.Type.Size(), rank = tensor.Shape.Length;
        byte[] bytes = new byte[count * size];
        long[] index = new long[rank];
        long element = 0;
        for (int i = 0; i < count; i++)
        {
            _file.Span(start + (element * size), size).CopyTo(bytes.AsSpan(i * size));
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                element += tensor.Strides[axis];
                if (++index[axis] < tensor.Shape[axis])
                    break;
                element -= index[axis] * tensor.Strides[axis];
                index[axis] = 0;
            }
        }
        return bytes;
    }
}
