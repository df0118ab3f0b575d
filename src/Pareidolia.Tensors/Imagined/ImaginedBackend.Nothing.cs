namespace Pareidolia.Tensors.Imagined;

// What is not counted.
internal sealed partial class ImaginedBackend
{
    internal override void Fill(Operand y, double value) { }
    internal override void Convert(Operand x, Operand y) { }
    internal override void UnaryGradient(UnaryOp op, Operand x, Operand g, Operand dx) { }
    internal override void AddScaled(Operand x, Operand y, float alpha) { }
    internal override void GegluGradient(Operand x, Operand g, Operand dx) { }
    internal override void Reduce(ReduceOp op, Operand x, Operand y, Extent3 e) { }
    internal override void ArgMax(Operand x, Operand y, Extent3 e) { }
    internal override void Scan(ScanOp op, Operand x, Operand y, Extent3 e, bool reverse) { }
    internal override void SumTo(Operand x, Operand y) { }
    internal override void Gather(Operand table, Operand ids, Operand y) { }
    internal override void ScatterAdd(Operand g, Operand ids, Operand table) { }
    internal override void Softmax(Operand x, Operand y, bool log) { }
    internal override void SoftmaxGradient(Operand y, Operand g, Operand dx, bool log) { }
    internal override void AttentionGradient(AttentionGradientOperands o, AttentionSettings settings) { }
    internal override void NormGradient(NormGradientOperands o, NormSettings settings) { }
    internal override void MaxPool(Operand x, Operand y, ConvGeometry geometry) { }
    internal override void MaxPoolGradient(Operand x, Operand y, Operand g, Operand dx, ConvGeometry geometry) { }
    internal override void AvgPool(Operand x, Operand y, ConvGeometry geometry) { }
    internal override void AvgPoolGradient(Operand g, Operand dx, ConvGeometry geometry) { }
    internal override void Resample(Operand x, Operand y, ResampleTable table, int outer, int inner) { }
    internal override void ResampleGradient(Operand g, Operand dx, ResampleTable table, int outer, int inner) { }
    internal override void GridSample(Operand x, Operand grid, Operand y, GridSampleSettings settings) { }
    internal override void GridSampleGradient(Operand x, Operand grid, Operand g, Operand dx, Operand dgrid, GridSampleSettings settings) { }
    internal override void AdamStep(Operand parameter, Operand gradient, Operand m, Operand v, Operand vmax, AdamSettings settings) { }
}
