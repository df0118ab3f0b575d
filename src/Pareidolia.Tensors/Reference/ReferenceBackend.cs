namespace Pareidolia.Tensors.Reference;

/// <summary>
/// The slow device: obvious loops over host memory, one partial file per topic; the definition of every op. Sums run in double and are rounded
/// once.
/// </summary>
internal partial class ReferenceBackend : Backend
{
    private readonly HostPool _pool = new();

    public override string Name => "reference";
    internal override nint Allocate(long bytes) => _pool.Allocate(bytes);
    internal override void Release(nint address, long bytes) => _pool.Release(address, bytes);
    internal override unsafe void Upload(ReadOnlySpan<byte> source, nint target) => source.CopyTo(new Span<byte>((void*)target, source.Length));
    internal override unsafe void Download(nint source, Span<byte> target) => new ReadOnlySpan<byte>((void*)source, target.Length).CopyTo(target);
    internal override void Attention(Operand q, Operand k, Operand v, Operand bias, Operand y, Operand lse, AttentionSettings settings) => throw new NotImplementedException("Attention");
    internal override void AttentionGradient(AttentionGradientOperands o, AttentionSettings settings) => throw new NotImplementedException("AttentionGradient");
    internal override void Norm(Operand x, Operand gamma, Operand beta, Operand y, Operand stats, NormSettings settings) => throw new NotImplementedException("Norm");
    internal override void NormGradient(NormGradientOperands o, NormSettings settings) => throw new NotImplementedException("NormGradient");
    internal override void MaxPool(Operand x, Operand y, ConvGeometry geometry) => throw new NotImplementedException("MaxPool");
    internal override void MaxPoolGradient(Operand x, Operand y, Operand g, Operand dx, ConvGeometry geometry) => throw new NotImplementedException("MaxPoolGradient");
    internal override void AvgPool(Operand x, Operand y, ConvGeometry geometry) => throw new NotImplementedException("AvgPool");
    internal override void AvgPoolGradient(Operand g, Operand dx, ConvGeometry geometry) => throw new NotImplementedException("AvgPoolGradient");
    internal override void Resample(Operand x, Operand y, ResampleTable table, int outer, int inner) => throw new NotImplementedException("Resample");
    internal override void ResampleGradient(Operand g, Operand dx, ResampleTable table, int outer, int inner) => throw new NotImplementedException("ResampleGradient");
    internal override void GridSample(Operand x, Operand grid, Operand y, GridSampleSettings settings) => throw new NotImplementedException("GridSample");
    internal override void GridSampleGradient(Operand x, Operand grid, Operand g, Operand dx, Operand dgrid, GridSampleSettings settings) => throw new NotImplementedException("GridSampleGradient");
    internal override void AdamStep(Operand parameter, Operand gradient, Operand m, Operand v, Operand vmax, AdamSettings settings) => throw new NotImplementedException("AdamStep");
}
