namespace Pareidolia.Weights;

/// <summary>Two sets of tensors as one: what the first lacks comes from the second.</summary>
internal sealed class JoinedWeights(StoredWeights first, StoredWeights second) : StoredWeights
{
    /// <inheritdoc/>
    public override string Location => $"{first.Location} with {second.Location}";

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names => [.. first.Names.Union(second.Names)];

    /// <inheritdoc/>
    public override bool Has(string name) => first.Has(name) || second.Has(name);

    /// <inheritdoc/>
    public override StoredTensor Entry(string name) => Holder(name).Entry(name);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Bytes(string name) => Holder(name).Bytes(name);

    internal override nint? AddressOf(string name) => Holder(name).AddressOf(name);

    /// <inheritdoc/>
    public override void Forget()
    {
        first.Forget();
        second.Forget();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }

    private StoredWeights Holder(string name) => first.Has(name) ? first : second;
}
