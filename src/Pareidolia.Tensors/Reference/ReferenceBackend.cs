namespace Pareidolia.Tensors.Reference;

/// <summary>
/// The slow device: obvious loops over host memory, one partial file per topic; the definition of every op. Sums run in double and are
/// rounded once.
/// </summary>
internal partial class ReferenceBackend : Backend
{
    private readonly HostPool _pool = new();

    public override string Name => "reference";
    public override bool IsHost => true;
    internal override nint Allocate(long bytes) => _pool.Allocate(bytes);
    internal override void Release(nint address, long bytes) => _pool.Release(address, bytes);
    public override double SpareShare
    {
        get => _pool.SpareShare;
        set => _pool.SpareShare = value;
    }

    public override void Trim() => _pool.Trim();
    internal override unsafe void Upload(ReadOnlySpan<byte> source, nint target) =>
        source.CopyTo(new Span<byte>((void*)target, source.Length));
    internal override unsafe void Download(nint source, Span<byte> target) =>
        new ReadOnlySpan<byte>((void*)source, target.Length).CopyTo(target);
}
