using Pareidolia.Tensors.Cpu;

namespace Pareidolia.Tensors.Imagined;

/// <summary>
/// A device that computes nothing: its memory is counted and never there, and so is the arithmetic that it is asked for. A model that runs on it
/// does all that it would do on another, so that nothing about a network has to be said twice. What is read from it is zero.
/// </summary>
internal sealed partial class ImaginedBackend : Backend
{
    private readonly HostPool _pool = new(imagined: true);

    public override string Name => "imagined";

    /// <summary>What was asked for since the beginning.</summary>
    public Arithmetic Asked { get; private set; }

    /// <summary>What is held and what was released and kept, at its most since <see cref="ResetPeak"/>.</summary>
    public long PooledPeakBytes => _pool.PeakBytes;

    /// <summary>What is held, at its most since <see cref="ResetPeak"/>.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>What is held.</summary>
    public long LiveBytes { get; private set; }

    internal override bool IsImagined => true;

    public void ResetPeak()
    {
        PeakBytes = LiveBytes;
        _pool.ResetPeak();
    }

    public override void Trim() => _pool.Trim();

    internal override nint Allocate(long bytes)
    {
        LiveBytes += bytes;
        PeakBytes = Math.Max(PeakBytes, LiveBytes);
        return _pool.Allocate(bytes);
    }

    internal override void Release(nint address, long bytes)
    {
        LiveBytes -= bytes;
        _pool.Release(address, bytes);
    }

    internal override void Upload(ReadOnlySpan<byte> source, nint target) { }

    internal override void Download(nint source, Span<byte> target) => target.Clear();

    internal override void MatMul(Operand a, Operand b, Operand y, bool transposeA, bool transposeB, Epilogue epilogue) =>
        Asked += new Arithmetic(Products: y.Count * a.Shape[transposeA ? 1 : 2]);

    internal override void Conv2d(Operand x, Operand w, Operand y, ConvGeometry geometry, Epilogue epilogue)
    {
        long products = y.Count * w.Shape.Product(1, 4);
        Asked += Winograd.Suits(geometry, w.Shape[3], w.Shape[0], y.Shape) ? new Arithmetic(Windowed: products) : new Arithmetic(Products: products);
    }

    internal override void Conv2dQuantised(Operand x, Operand w, Operand y, ConvGeometry geometry, Epilogue epilogue)
    {
        // The bytes of the input meanwhile.
        long bytes = PixelBytes.Size(checked((int)(x.Count / x.Shape[-1])), x.Shape[-1]);
        Release(Allocate(bytes), bytes);
        Asked += new Arithmetic(Products: y.Count * w.Shape.Product(1, 4));
    }

    internal override void Conv2dInputGradient(Operand g, Operand w, Operand dx, ConvGeometry geometry, Epilogue epilogue) =>
        Asked += new Arithmetic(Products: g.Count * w.Shape.Product(1, 4));

    internal override void Conv2dWeightGradient(Operand x, Operand g, Operand dw, ConvGeometry geometry) =>
        Asked += new Arithmetic(Products: g.Count * dw.Shape.Product(1, 4));

    internal override void Attention(Operand q, Operand k, Operand v, Operand bias, Operand y, Operand lse, AttentionSettings settings)
    {
        // Keys and values lie beside themselves in panels meanwhile.
        long bytes = sizeof(float) * (k.Count + v.Count);
        Release(Allocate(bytes), bytes);
        Asked += new Arithmetic(Attended: (q.Count + y.Count) * k.Shape[1]);
    }

    internal override void Norm(Operand x, Operand gamma, Operand beta, Operand y, Operand stats, NormSettings settings) => Pass(y);

    internal override void NormMoments(Operand x, Operand moments, int groups) => Pass(x);

    internal override void Unary(UnaryOp op, Operand x, Operand y) => Pass(y);

    internal override void Binary(BinaryOp op, Operand a, Operand b, Operand y) => Pass(y);

    internal override void Affine(Operand x, Operand y, float alpha, float beta) => Pass(y);

    internal override void Geglu(Operand x, Operand y) => Pass(y);

    internal override void CopyBox(Operand x, Box from, Operand y, Box to, Shape extents) => Asked += new Arithmetic(Passed: extents.Count);

    private void Pass(Operand y) => Asked += new Arithmetic(Passed: y.Count);
}
