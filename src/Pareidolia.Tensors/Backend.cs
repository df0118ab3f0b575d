namespace Pareidolia.Tensors;

/// <summary>
/// The contract of a device. It sees <see cref="Operand"/>s, never tensors; shapes have been checked by the op that calls.
/// Everything is float32 and contiguous unless said; activations are [batch, height, width, channels].
/// Outputs never overlap inputs, save where "in place" is said. Absent optional operands have <c>Exists == false</c>.
/// The same bytes come out for any number of threads.
/// </summary>
public abstract class Backend
{
    /// <summary>The slow device: obvious loops, the definition of every op and the oracle of its tests.</summary>
    public static Backend Reference { get; } = new Reference.ReferenceBackend();

    /// <summary>The fast device: SIMD and threads.</summary>
    public static Backend Cpu { get; } = new Cpu.CpuBackend();

    /// <summary>Threads that the CPU device may use: the environment variable PAREIDOLIA_THREADS, or else one per processor.</summary>
    public static int CpuThreads => Tensors.Cpu.CpuBackend.Threads;

    /// <summary>The name that options and errors use.</summary>
    public abstract string Name { get; }

    /// <summary>Whether its memory is that of the host.</summary>
    public virtual bool IsHost => false;

    /// <summary>Whether its memory is none: what lies there is not counted as the process's.</summary>
    internal virtual bool IsImagined => false;

    /// <summary>
    /// How much memory may be kept for who asks next beyond the most that was used at once, as a share of that: 0, the default, trades time for
    /// memory, 0.5 the other way round.
    /// </summary>
    public virtual double SpareShare { get; set; }

    /// <summary>Gives the memory back that was released and kept for who asks next.</summary>
    public virtual void Trim()
    {
    }

    // ---- memory ----
    internal abstract nint Allocate(long bytes);
    internal abstract void Release(nint address, long bytes);
    internal abstract void Upload(ReadOnlySpan<byte> source, nint target);
    internal abstract void Download(nint source, Span<byte> target);
    /// <summary>y = value.</summary>
    internal abstract void Fill(Operand y, double value);
    /// <summary>y = x in y's element type (any type to any type, but Q8 and BF16Panels to F32 and back alone; round to nearest even, integers saturate).</summary>
    internal abstract void Convert(Operand x, Operand y);
    /// <summary>Copies a strided box between two buffers of one element type: the whole of permute, slice, concat, expand and padding.</summary>
    internal abstract void CopyBox(Operand x, Box from, Operand y, Box to, Shape extents);

    // ---- elementwise; y may be x or a (in place) ----
    internal abstract void Unary(UnaryOp op, Operand x, Operand y);
    /// <summary>dx = g * op'(x).</summary>
    internal abstract void UnaryGradient(UnaryOp op, Operand x, Operand g, Operand dx);
    /// <summary>y = a op b with broadcasting to y's shape.</summary>
    internal abstract void Binary(BinaryOp op, Operand a, Operand b, Operand y);
    /// <summary>y = alpha x + beta, elementwise.</summary>
    internal abstract void Affine(Operand x, Operand y, float alpha, float beta);
    /// <summary>y += alpha x, elementwise.</summary>
    internal abstract void AddScaled(Operand x, Operand y, float alpha);
    /// <summary>y [rows, n] = x[:, :n] * gelu(x[:, n:]) of x [rows, 2n] (exact erf gelu).</summary>
    internal abstract void Geglu(Operand x, Operand y);
    internal abstract void GegluGradient(Operand x, Operand g, Operand dx);

    // ---- reductions: x seen as [outer, n, inner] ----
    /// <summary>y [outer, inner]; sums use a fixed block order and a wide accumulator.</summary>
    internal abstract void Reduce(ReduceOp op, Operand x, Operand y, Extent3 e);
    /// <summary>Place of the largest element along n, the first of equals; y is I32 [outer, inner].</summary>
    internal abstract void ArgMax(Operand x, Operand y, Extent3 e);
    /// <summary>Running sum or product along n, of x's shape; reverse runs from the end.</summary>
    internal abstract void Scan(ScanOp op, Operand x, Operand y, Extent3 e, bool reverse);
    /// <summary>y (smaller) = x summed over the axes that broadcasting stretched.</summary>
    internal abstract void SumTo(Operand x, Operand y);

    // ---- rows ----
    /// <summary>y [n, c] = table [v, c], weights of any type, at ids I32 [n]; ids were checked.</summary>
    internal abstract void Gather(Operand table, Operand ids, Operand y);
    /// <summary>table [v, c] += g [n, c] at ids I32 [n], in order of n.</summary>
    internal abstract void ScatterAdd(Operand g, Operand ids, Operand table);
    /// <summary>Softmax (or its logarithm) over rows of the last axis, the maximum subtracted.</summary>
    internal abstract void Softmax(Operand x, Operand y, bool log);
    internal abstract void SoftmaxGradient(Operand y, Operand g, Operand dx, bool log);

    // ---- linear algebra; b of a single transposed matrix and w may be weights that are stored in fewer bits: they mean what they convert to ----
    /// <summary>y [b, m, n] = op(a) op(b) + epilogue; a is [b|1, m, k] (or [.., k, m]), b is [b|1, k, n] (or [.., n, k]) when transposed.</summary>
    internal abstract void MatMul(Operand a, Operand b, Operand y, bool transposeA, bool transposeB, Epilogue epilogue);
    /// <summary>y [b, oh, ow, o] of x [b, h, w, c] and w [o, kh, kw, c / groups].</summary>
    internal abstract void Conv2d(Operand x, Operand w, Operand y, ConvGeometry geometry, Epilogue epilogue);
    /// <summary>
    /// Conv2d of one group in integers: y = (sum over taps of (products - zero x sum of weights) x factor of the pixel) x factor of the channel, then the epilogue.
    /// w is, or becomes, Q8; a pixel's channels become bytes 0..255 that reach from its least to its largest value, and to 0. A linear layer is [1, 1, rows, c].
    /// </summary>
    internal abstract void Conv2dQuantised(Operand x, Operand w, Operand y, ConvGeometry geometry, Epilogue epilogue);
    /// <summary>dx [b, h, w, c] of g [b, oh, ow, o]; also the forward of the transposed convolution, hence the epilogue.</summary>
    internal abstract void Conv2dInputGradient(Operand g, Operand w, Operand dx, ConvGeometry geometry, Epilogue epilogue);
    /// <summary>dw [o, kh, kw, c / groups].</summary>
    internal abstract void Conv2dWeightGradient(Operand x, Operand g, Operand dw, ConvGeometry geometry);
    /// <summary>y [b, n, heads * dv]; lse [b, heads, n] = log of the sum of exponentials of each row of scores, kept for the gradient where it is given.</summary>
    internal abstract void Attention(Operand q, Operand k, Operand v, Operand bias, Operand y, Operand lse, AttentionSettings settings);
    /// <summary>dq, dk, dv; dbias [b, heads, n, m] only where it exists.</summary>
    internal abstract void AttentionGradient(AttentionGradientOperands o, AttentionSettings settings);

    // ---- normalisation ----
    /// <summary>
    /// y = activation(normalised x * gamma + beta) of x [b, s, c] in groups of c / groups channels; stats [b, groups, 2] = mean and 1 / deviation.
    /// Layer norm is the case of s = 1, groups = 1. gamma and beta, [c] or one for each image [b, c], may be absent. Known stats are read, not written.
    /// </summary>
    internal abstract void Norm(Operand x, Operand gamma, Operand beta, Operand y, Operand stats, NormSettings settings);
    /// <summary>moments [b, groups, 2] = mean and variance of each group of x [b, s, c].</summary>
    internal abstract void NormMoments(Operand x, Operand moments, int groups);
    /// <summary>dx, and where they exist dgamma and dbeta, shaped as gamma and beta.</summary>
    internal abstract void NormGradient(NormGradientOperands o, NormSettings settings);

    // ---- pictures ----
    internal abstract void MaxPool(Operand x, Operand y, ConvGeometry geometry);
    internal abstract void MaxPoolGradient(Operand x, Operand y, Operand g, Operand dx, ConvGeometry geometry);
    /// <summary>Mean over the window; the zero padding counts (count_include_pad).</summary>
    internal abstract void AvgPool(Operand x, Operand y, ConvGeometry geometry);
    internal abstract void AvgPoolGradient(Operand g, Operand dx, ConvGeometry geometry);
    /// <summary>y [outer, m, inner] of x [outer, n, inner]: each output row a weighted sum of input rows (interpolation, index selection, padding modes).</summary>
    internal abstract void Resample(Operand x, Operand y, ResampleTable table, int outer, int inner);
    internal abstract void ResampleGradient(Operand g, Operand dx, ResampleTable table, int outer, int inner);
    /// <summary>y [b, oh, ow, c] of x [b, h, w, c] at grid [b, oh, ow, 2] of (x, y) in -1..1.</summary>
    internal abstract void GridSample(Operand x, Operand grid, Operand y, GridSampleSettings settings);
    internal abstract void GridSampleGradient(Operand x, Operand grid, Operand g, Operand dx, Operand dgrid, GridSampleSettings settings);

    // ---- optimisers: parameter and state in place ----
    internal abstract void AdamStep(Operand parameter, Operand gradient, Operand m, Operand v, Operand vmax, AdamSettings settings);
}
