namespace Pareidolia.Tensors;

/// <summary>Functions of one element.</summary>
internal enum UnaryOp
{
    Negate, Abs, Sign, Floor, Round, Reciprocal, Square, Sqrt, Rsqrt, Exp, Log, Sin, Cos, Tanh, Erf,
    Sigmoid, LogSigmoid, Softplus, Relu, LeakyRelu, Elu, Silu, Gelu, GeluTanh, QuickGelu, Mish, HardSwish,
}

/// <summary>Functions of two elements. Comparisons give 1 or 0.</summary>
internal enum BinaryOp
{
    Add, Subtract, Multiply, Divide, Power, Maximum, Minimum, Less, LessOrEqual, Equal,
}

/// <summary>Reductions along one axis.</summary>
internal enum ReduceOp
{
    Sum, Mean, Max, Min, LogSumExp,
}

/// <summary>Running reductions along one axis.</summary>
internal enum ScanOp
{
    Sum, Product,
}

/// <summary>What follows a normalisation or a matrix product in the same pass.</summary>
public enum Activation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>x sigmoid(x).</summary>
    Silu,

    /// <summary>x Phi(x), exact.</summary>
    Gelu,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x sigmoid(1.702 x).</summary>
    QuickGelu,
}

/// <summary>A shape seen as [outer, n, inner] around one axis.</summary>
internal readonly record struct Extent3(int Outer, int N, int Inner)
{
    public static Extent3 Of(Shape shape, int axis) =>
        new(checked((int)shape.Product(0, axis)), shape[axis], checked((int)shape.Product(axis + 1, shape.Rank)));
}

/// <summary>Where a strided box begins in a buffer and how far apart its elements lie, both in elements. A stride of 0 repeats.</summary>
internal readonly record struct Box(long Offset, Strides Strides);

/// <summary>Element strides, one per axis of the box.</summary>
[System.Runtime.CompilerServices.InlineArray(Shape.MaxRank)]
internal struct Strides
{
    private long _first;
}

/// <summary>
/// What happens to a product before it is stored: y = activation(alpha * product + bias[n] + image_bias[b, n]) + residual, or y += product where it accumulates.
/// </summary>
/// <param name="Bias">[n] or absent.</param>
/// <param name="ImageBias">[b, n], one row per image (the time embedding of a residual block), or absent. Convolutions only.</param>
/// <param name="Residual">y's shape or absent.</param>
/// <param name="Activation">Applied before the residual is added.</param>
/// <param name="Accumulate">y += product; then nothing else may be asked for.</param>
/// <param name="Alpha">Scale of the product; 0 (the default value of the struct) means 1.</param>
internal readonly record struct Epilogue(
    Operand Bias = default, Operand ImageBias = default, Operand Residual = default, Activation Activation = Activation.None, bool Accumulate = false, float Alpha = 0)
{
    public float Scale => Alpha == 0 ? 1 : Alpha;
}

/// <summary>A convolution's or pooling's numbers; padding may differ by side (top, bottom, left, right).</summary>
internal readonly record struct ConvGeometry(
    int KernelH, int KernelW, int StrideH = 1, int StrideW = 1, int DilationH = 1, int DilationW = 1,
    int Top = 0, int Bottom = 0, int Left = 0, int Right = 0, int Groups = 1)
{
    public int OutH(int h) => Out(h + Top + Bottom, KernelH, StrideH, DilationH);
    public int OutW(int w) => Out(w + Left + Right, KernelW, StrideW, DilationW);

    // Negative where the window does not fit once; the op reports it.
    private static int Out(int padded, int kernel, int stride, int dilation)
    {
        int room = padded - dilation * (kernel - 1) - 1;
        return room < 0 ? -1 : room / stride + 1;
    }
}

/// <summary>q, k, v are [b, n, heads * d]: heads lie side by side in the channels, so no permutation is needed.</summary>
/// <param name="Heads">Number of heads.</param>
/// <param name="Scale">Factor of q k^T.</param>
/// <param name="Causal">Query i sees keys 0..i (+ keys - queries, so that the last query sees all).</param>
internal readonly record struct AttentionSettings(int Heads, float Scale, bool Causal);

/// <summary>Operands of the attention gradient. Bias is [b|1, heads|1, n|1, m], added to the scaled scores.</summary>
internal readonly record struct AttentionGradientOperands(
    Operand Q, Operand K, Operand V, Operand Bias, Operand Y, Operand Lse, Operand G, Operand Dq, Operand Dk, Operand Dv, Operand Dbias);

/// <summary>Groups of channels, epsilon inside the root, the activation after, whether the mean is kept (RMS norm), and whether the stats are known before.</summary>
internal readonly record struct NormSettings(int Groups, float Eps, Activation Activation = Activation.None, bool KeepMean = false, bool Known = false);

/// <summary>Operands of the normalisation gradient.</summary>
internal readonly record struct NormGradientOperands(
    Operand X, Operand Gamma, Operand Beta, Operand Stats, Operand G, Operand Dx, Operand Dgamma, Operand Dbeta);

/// <summary>For each of m outputs, its taps into n inputs: output j = sum over t of Weights[j * Taps + t] * input[Indices[j * Taps + t]].</summary>
internal sealed record ResampleTable(int Inputs, int Outputs, int Taps, int[] Indices, float[] Weights);

/// <summary>How a grid is sampled between and beyond pixels.</summary>
internal readonly record struct GridSampleSettings(bool Bilinear, bool Border, bool AlignCorners);

/// <summary>
/// One Adam step. Decoupled: p -= lr * decay * p before the step (AdamW); otherwise decay * p joins the gradient (L2).
/// GradientScale multiplies the gradient first (clipping). Step counts from 1. vmax exists for AMSGrad. Rates are doubles, because 1 - 0.999f is
/// off by 1e-5 of itself.
/// </summary>
public readonly record struct AdamSettings(
    double LearningRate, double Beta1, double Beta2, double Eps, double WeightDecay, bool Decoupled, int Step, double GradientScale);
