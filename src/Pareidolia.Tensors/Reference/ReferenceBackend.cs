namespace Pareidolia.Tensors.Reference;

/// <summary>The slow device: obvious loops over host memory, the definition of every op.</summary>
internal partial class ReferenceBackend : Backend
{
    private readonly HostPool _pool = new();

    public override string Name => "reference";
    internal override nint Allocate(long bytes) => _pool.Allocate(bytes);
    internal override void Release(nint address, long bytes) => _pool.Release(address, bytes);
    internal override unsafe void Upload(ReadOnlySpan<byte> source, nint target) => source.CopyTo(new Span<byte>((void*)target, source.Length));
    internal override unsafe void Download(nint source, Span<byte> target) => new ReadOnlySpan<byte>((void*)source, target.Length).CopyTo(target);
    internal override void Fill(Operand y, double value) => throw new NotImplementedException("Fill");
    internal override void Convert(Operand x, Operand y) => throw new NotImplementedException("Convert");
    internal override void CopyBox(Operand x, Box from, Operand y, Box to, Shape extents) => throw new NotImplementedException("CopyBox");
    internal override void Unary(UnaryOp op, Operand x, Operand y) => throw new NotImplementedException("Unary");
    internal override void UnaryGradient(UnaryOp op, Operand x, Operand g, Operand dx) => throw new NotImplementedException("UnaryGradient");
    internal override void Binary(BinaryOp op, Operand a, Operand b, Operand y) => throw new NotImplementedException("Binary");
    internal override void Affine(Operand x, Operand y, float alpha, float beta) => throw new NotImplementedException("Affine");
    internal override void AddScaled(Operand x, Operand y, float alpha) => throw new NotImplementedException("AddScaled");
    internal override void Geglu(Operand x, Operand y) => throw new NotImplementedException("Geglu");
    internal override void GegluGradient(Operand x, Operand g, Operand dx) => throw new NotImplementedException("GegluGradient");
    internal override void Reduce(ReduceOp op, Operand x, Operand y, Extent3 e) => throw new NotImplementedException("Reduce");
    internal override void ArgMax(Operand x, Operand y, Extent3 e) => throw new NotImplementedException("ArgMax");
    internal override void Scan(ScanOp op, Operand x, Operand y, Extent3 e, bool reverse) => throw new NotImplementedException("Scan");
    internal override void SumTo(Operand x, Operand y) => throw new NotImplementedException("SumTo");
    internal override void Gather(Operand table, Operand ids, Operand y) => throw new NotImplementedException("Gather");
    internal override void ScatterAdd(Operand g, Operand ids, Operand table) => throw new NotImplementedException("ScatterAdd");
    internal override void Softmax(Operand x, Operand y, bool log) => throw new NotImplementedException("Softmax");
    internal override void SoftmaxGradient(Operand y, Operand g, Operand dx, bool log) => throw new NotImplementedException("SoftmaxGradient");
    internal override void MatMul(Operand a, Operand b, Operand y, bool transposeA, bool transposeB, Epilogue epilogue) => throw new NotImplementedException("MatMul");
    internal override void Conv2d(Operand x, Operand w, Operand y, ConvGeometry geometry, Epilogue epilogue) => throw new NotImplementedException("Conv2d");
    internal override void Conv2dInputGradient(Operand g, Operand w, Operand dx, ConvGeometry geometry, Epilogue epilogue) => throw new NotImplementedException("Conv2dInputGradient");
    internal override void Conv2dWeightGradient(Operand x, Operand g, Operand dw, ConvGeometry geometry) => throw new NotImplementedException("Conv2dWeightGradient");
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
