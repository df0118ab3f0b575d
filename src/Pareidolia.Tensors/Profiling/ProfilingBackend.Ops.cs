namespace Pareidolia.Tensors.Profiling;

// Every op in the contract's order: its kind, its arithmetic, what it touches.
public sealed partial class ProfilingBackend
{
    internal override nint Allocate(long bytes) => _inner.Allocate(bytes);

    internal override void Release(nint address, long bytes) => _inner.Release(address, bytes);

    internal override void Upload(ReadOnlySpan<byte> source, nint target) => _inner.Upload(source, target);

    internal override void Download(nint source, Span<byte> target) => _inner.Download(source, target);

    internal override void Fill(Operand y, double value) =>
        Measure("fill", 0, () => _inner.Fill(y, value), y);

    internal override void Convert(Operand x, Operand y) =>
        Measure("convert", 0, () => _inner.Convert(x, y), x, y);

    internal override void CopyBox(Operand x, Box from, Operand y, Box to, Shape extents) =>
        Measure("copy", 0, () => _inner.CopyBox(x, from, y, to, extents), x, y);

    internal override void Unary(UnaryOp op, Operand x, Operand y) =>
        Measure("elementwise", y.Count, () => _inner.Unary(op, x, y), x, y);

    internal override void UnaryGradient(UnaryOp op, Operand x, Operand g, Operand dx) =>
        Measure("elementwise", dx.Count, () => _inner.UnaryGradient(op, x, g, dx), x, g, dx);

    internal override void Binary(BinaryOp op, Operand a, Operand b, Operand y) =>
        Measure("elementwise", y.Count, () => _inner.Binary(op, a, b, y), a, b, y);

    internal override void Affine(Operand x, Operand y, float alpha, float beta) =>
        Measure("elementwise", 2.0 * y.Count, () => _inner.Affine(x, y, alpha, beta), x, y);

    internal override void AddScaled(Operand x, Operand y, float alpha) =>
        Measure("elementwise", 2.0 * y.Count, () => _inner.AddScaled(x, y, alpha), x, y);

    internal override void Geglu(Operand x, Operand y) =>
        Measure("geglu", 2.0 * y.Count, () => _inner.Geglu(x, y), x, y);

    internal override void GegluGradient(Operand x, Operand g, Operand dx) =>
        Measure("geglu gradient", 2.0 * dx.Count, () => _inner.GegluGradient(x, g, dx), x, g, dx);

    internal override void Reduce(ReduceOp op, Operand x, Operand y, Extent3 e) =>
        Measure("reduce", x.Count, () => _inner.Reduce(op, x, y, e), x, y);

    internal override void ArgMax(Operand x, Operand y, Extent3 e) =>
        Measure("reduce", x.Count, () => _inner.ArgMax(x, y, e), x, y);

    internal override void Scan(ScanOp op, Operand x, Operand y, Extent3 e, bool reverse) =>
        Measure("reduce", x.Count, () => _inner.Scan(op, x, y, e, reverse), x, y);

    internal override void SumTo(Operand x, Operand y) =>
        Measure("reduce", x.Count, () => _inner.SumTo(x, y), x, y);

    internal override void Gather(Operand table, Operand ids, Operand y) =>
        Measure("rows", 0, () => _inner.Gather(table, ids, y), table, ids, y);

    internal override void ScatterAdd(Operand g, Operand ids, Operand table) =>
        Measure("rows", g.Count, () => _inner.ScatterAdd(g, ids, table), g, ids, table);

    internal override void Softmax(Operand x, Operand y, bool log) =>
        Measure("softmax", 3.0 * y.Count, () => _inner.Softmax(x, y, log), x, y);

    internal override void SoftmaxGradient(Operand y, Operand g, Operand dx, bool log) =>
        Measure("softmax gradient", 3.0 * dx.Count, () => _inner.SoftmaxGradient(y, g, dx, log), y, g, dx);

    internal override void MatMul(Operand a, Operand b, Operand y, bool transposeA, bool transposeB, Epilogue epilogue) =>
        Measure("product", 2.0 * y.Count * a.Shape[transposeA ? 1 : 2], () => _inner.MatMul(a, b, y, transposeA, transposeB, epilogue), a, b, y);

    internal override void Conv2d(Operand x, Operand w, Operand y, ConvGeometry geometry, Epilogue epilogue) =>
        Measure(ConvolutionName(w, geometry), ConvolutionFlops(w, y), () => _inner.Conv2d(x, w, y, geometry, epilogue), x, w, y);

    internal override void Conv2dQuantised(Operand x, Operand w, Operand y, ConvGeometry geometry, Epilogue epilogue) =>
        Measure("int8 " + QuantisedName(w, y, geometry), ConvolutionFlops(w, y), () => _inner.Conv2dQuantised(x, w, y, geometry, epilogue), x, w, y);

    internal override void Conv2dInputGradient(Operand g, Operand w, Operand dx, ConvGeometry geometry, Epilogue epilogue) =>
        Measure(ConvolutionName(w, geometry) + " input gradient", ConvolutionFlops(w, g), () => _inner.Conv2dInputGradient(g, w, dx, geometry, epilogue), g, w, dx);

    internal override void Conv2dWeightGradient(Operand x, Operand g, Operand dw, ConvGeometry geometry) =>
        Measure(ConvolutionName(dw, geometry) + " weight gradient", ConvolutionFlops(dw, g), () => _inner.Conv2dWeightGradient(x, g, dw, geometry), x, g, dw);

    internal override void Attention(Operand q, Operand k, Operand v, Operand bias, Operand y, Operand lse, AttentionSettings settings) =>
        Measure("attention", AttentionFlops(q, k, v), () => _inner.Attention(q, k, v, bias, y, lse, settings), q, k, v, bias, y, lse);

    internal override void AttentionGradient(AttentionGradientOperands o, AttentionSettings settings) =>
        Measure("attention gradient", 2.5 * AttentionFlops(o.Q, o.K, o.V), () => _inner.AttentionGradient(o, settings), o.Q, o.K, o.V, o.Y, o.G, o.Dq, o.Dk, o.Dv);

    internal override void Norm(Operand x, Operand gamma, Operand beta, Operand y, Operand stats, NormSettings settings) =>
        Measure("norm", 5.0 * x.Count, () => _inner.Norm(x, gamma, beta, y, stats, settings), x, gamma, beta, y, stats);

    internal override void NormMoments(Operand x, Operand moments, int groups) =>
        Measure("norm", 3.0 * x.Count, () => _inner.NormMoments(x, moments, groups), x, moments);

    internal override void NormGradient(NormGradientOperands o, NormSettings settings) =>
        Measure("norm gradient", 10.0 * o.X.Count, () => _inner.NormGradient(o, settings), o.X, o.G, o.Dx);

    internal override void MaxPool(Operand x, Operand y, ConvGeometry geometry) =>
        Measure("pool", 0, () => _inner.MaxPool(x, y, geometry), x, y);

    internal override void MaxPoolGradient(Operand x, Operand y, Operand g, Operand dx, ConvGeometry geometry) =>
        Measure("pool", 0, () => _inner.MaxPoolGradient(x, y, g, dx, geometry), x, y, g, dx);

    internal override void AvgPool(Operand x, Operand y, ConvGeometry geometry) =>
        Measure("pool", 0, () => _inner.AvgPool(x, y, geometry), x, y);

    internal override void AvgPoolGradient(Operand g, Operand dx, ConvGeometry geometry) =>
        Measure("pool", 0, () => _inner.AvgPoolGradient(g, dx, geometry), g, dx);

    internal override void Resample(Operand x, Operand y, ResampleTable table, int outer, int inner) =>
        Measure("resample", 0, () => _inner.Resample(x, y, table, outer, inner), x, y);

    internal override void ResampleGradient(Operand g, Operand dx, ResampleTable table, int outer, int inner) =>
        Measure("resample", 0, () => _inner.ResampleGradient(g, dx, table, outer, inner), g, dx);

    internal override void GridSample(Operand x, Operand grid, Operand y, GridSampleSettings settings) =>
        Measure("resample", 0, () => _inner.GridSample(x, grid, y, settings), x, grid, y);

    internal override void GridSampleGradient(Operand x, Operand grid, Operand g, Operand dx, Operand dgrid, GridSampleSettings settings) =>
        Measure("resample", 0, () => _inner.GridSampleGradient(x, grid, g, dx, dgrid, settings), x, grid, g, dx, dgrid);

    internal override void AdamStep(Operand parameter, Operand gradient, Operand m, Operand v, Operand vmax, AdamSettings settings) =>
        Measure("optimiser", 12.0 * parameter.Count, () => _inner.AdamStep(parameter, gradient, m, v, vmax, settings), parameter, gradient, m, v, vmax);
}
