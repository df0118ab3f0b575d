namespace Pareidolia.Weights.Checkpoints;

/// <summary>Weights under other names: each tensor is a view of the tensors of another set.</summary>
/// <param name="inner">The set that holds the bytes.</param>
/// <param name="views">Every name of this set, and what it is made of.</param>
/// <param name="owns">Whether <paramref name="inner"/> is closed with this set.</param>
internal sealed class MappedWeights(StoredWeights inner, IReadOnlyDictionary<string, TensorView> views, bool owns = true) : StoredWeights
{
    /// <inheritdoc/>
    public override string Location => inner.Location;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => inner.Metadata;

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names { get; } = [.. views.Keys];

    /// <inheritdoc/>
    public override bool Has(string name) => views.ContainsKey(name);

    /// <inheritdoc/>
    public override StoredTensor Entry(string name)
    {
        TensorView view = View(name);
        StoredTensor[] sources = [.. view.Sources.Select(inner.Entry)];
        if (sources.Any(source => source.Type != sources[0].Type || !source.Shape.AsSpan(1..).SequenceEqual(sources[0].Shape.AsSpan(1..))))
            throw new PareidoliaException($"'{Location}': {string.Join(", ", view.Sources)} do not fit together: their types or shapes differ.");
        return new StoredTensor(name, sources[0].Type, Shaped(view, sources));
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Bytes(string name)
    {
        TensorView view = View(name);
        if (view.Sources.Count > 1)
            return Joined(view);
        ReadOnlySpan<byte> bytes = inner.Bytes(view.Sources[0]);
        StoredTensor source = inner.Entry(view.Sources[0]);
        if (view.Form == ViewForm.Transposed)
            return Transposed(bytes, source);
        return bytes.Slice(bytes.Length / view.Parts * view.Part, bytes.Length / view.Parts);
    }

    internal override nint? AddressOf(string name)
    {
        TensorView view = View(name);
        if (view.Sources.Count > 1 || view.Form == ViewForm.Transposed || inner.AddressOf(view.Sources[0]) is not nint start)
            return null;
        StoredTensor entry = Entry(name);
        return start + (nint)(view.Part * entry.Count * entry.Type.Size());
    }

    /// <inheritdoc/>
    public override void Forget() => inner.Forget();

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (owns)
            inner.Dispose();
    }

    private TensorView View(string name) => views.TryGetValue(name, out TensorView? view)
        ? view
        : throw new PareidoliaException($"'{Location}' has no tensor {SafetensorsHeader.Shown(name)} among its {views.Count}.");

    private long[] Shaped(TensorView view, StoredTensor[] sources)
    {
        long[] shape = sources[0].Shape;
        long rows = shape.Length == 0 ? 1 : sources.Sum(source => source.Shape[0]);
        if (rows % view.Parts != 0)
            throw new PareidoliaException($"'{Location}': '{sources[0].Name}' has {rows} rows, which do not divide into {view.Parts} parts.");
        return view.Form switch
        {
            ViewForm.AsLinear when shape is [_, _, 1, 1] => shape[..2],
            ViewForm.AsConvolution when shape.Length == 2 => [.. shape, 1, 1],
            ViewForm.Transposed when shape.Length == 2 => [shape[1], shape[0]],
            ViewForm.Transposed => throw new PareidoliaException(
                $"'{Location}': '{sources[0].Name}' is [{string.Join(", ", shape)}]; a matrix is needed."),
            _ => shape.Length == 0 ? shape : [rows / view.Parts, .. shape[1..]],
        };
    }

    private byte[] Joined(TensorView view)
    {
        using MemoryStream joined = new();
        foreach (string source in view.Sources)
            joined.Write(inner.Bytes(source));
        return joined.ToArray();
    }

    private static byte[] Transposed(ReadOnlySpan<byte> bytes, StoredTensor source)
    {
        int rows = (int)source.Shape[0], columns = (int)source.Shape[1], size = source.Type.Size();
        byte[] turned = new byte[bytes.Length];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                bytes.Slice(((row * columns) + column) * size, size).CopyTo(turned.AsSpan(((column * rows) + row) * size));
        return turned;
    }
}
