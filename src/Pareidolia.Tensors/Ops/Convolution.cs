namespace Pareidolia.Tensors;

/// <summary>How a window moves over a picture. Padding is of zeros.</summary>
/// <param name="StrideH">Rows from one window to the next.</param>
/// <param name="StrideW">Columns from one window to the next.</param>
/// <param name="Top">Zero rows above.</param>
/// <param name="Bottom">Zero rows below.</param>
/// <param name="Left">Zero columns before.</param>
/// <param name="Right">Zero columns after.</param>
/// <param name="DilationH">Rows between taps.</param>
/// <param name="DilationW">Columns between taps.</param>
/// <param name="Groups">Channels are split into this many independent groups.</param>
public readonly record struct Window(
    int StrideH = 1, int StrideW = 1, int Top = 0, int Bottom = 0, int Left = 0, int Right = 0, int DilationH = 1, int DilationW = 1, int Groups = 1)
{
    /// <summary>Stride 1, no padding, no dilation, one group.</summary>
    public static Window Unit { get; } = new(1);

    /// <summary>One stride and one padding for all sides.</summary>
    public static Window Square(int stride = 1, int padding = 0, int groups = 1) =>
        new(stride, stride, padding, padding, padding, padding, Groups: groups);

    internal ConvGeometry Geometry(string op, int kernelH, int kernelW)
    {
        int least = Math.Min(Math.Min(StrideH, StrideW), Math.Min(Math.Min(DilationH, DilationW), Math.Min(kernelH, kernelW)));
        if (least < 1 || Groups < 1 || Math.Min(Math.Min(Top, Bottom), Math.Min(Left, Right)) < 0)
            throw new TensorException(
                $"{op}: a {kernelH}x{kernelW} window moves by strides, dilations and groups of at least 1, padding at least 0, not {this}");
        return new(kernelH, kernelW, StrideH, StrideW, DilationH, DilationW, Top, Bottom, Left, Right, Groups);
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// y [b, oh, ow, o] of x [b, h, w, c] with weight [o, kh, kw, c / groups] (a checkpoint's [o, c, kh, kw] permuted once at load),
    /// + bias [o] + imageBias [b, o] (one row for every pixel of an image) + residual [b, oh, ow, o].
    /// </summary>
    public Tensor Conv2d(Tensor weight, Tensor? bias, Window window, Tensor? imageBias = null, Tensor? residual = null)
    {
        Tensor w = Required(weight);
        RequireFloats("conv2d", this, bias, imageBias, residual);
        w.RequireWeights("conv2d");
        RequireRank("conv2d", 4, "[batch, height, width, channels]");
        w.RequireRank("conv2d weight", 4, "[out, kernel height, kernel width, in / groups]");
        ConvGeometry geometry = window.Geometry("conv2d", w.Shape[1], w.Shape[2]);
        if (Shape[3] != w.Shape[3] * window.Groups || w.Shape[0] % window.Groups != 0)
            throw new TensorException($"conv2d: input {Shape} has {Shape[3]} channels, weight {w.Shape} in {window.Groups} groups takes {w.Shape[3] * window.Groups}");
        Tensor y = Empty(Output("conv2d", geometry, w.Shape[0]), Device);
        RequireExtras("conv2d", y, bias, imageBias, residual);
        Epilogue epilogue = new(OptionalOperand(bias), OptionalOperand(imageBias), OptionalOperand(residual));
        if (window.Groups == 1 && !Tape.Watches(this, w, bias, imageBias, residual) && QuantisedProducts.SuitConvolution(y.Rows()[0], Shape[3], w.Shape[0]))
        {
            Device.Conv2dQuantised(Operand, w.Operand, y.Operand, geometry, epilogue);
            return y;
        }
        Device.Conv2d(Operand, w.Operand, y.Operand, geometry, epilogue);
        Tape.Rule[] rules =
        [
            g => InputGradient(g, w, Shape, geometry),
            g => WeightGradient(this, g, w.Shape, geometry),
            g => g.View(g.Rows()).SumTo([g.Shape[3]]),
            g => g.View([g.Shape[0], g.Shape[1] * g.Shape[2], g.Shape[3]]).Sum(1),
            g => g,
        ];
        return RecordOptional(y, [this, w], [this, w, bias, imageBias, residual], rules);
    }

    /// <summary>
    /// Transposed convolution: the gradient of a convolution used as a forward. x [b, h, w, c], weight [c, kh, kw, o / groups] (a checkpoint's
    /// [c, o / groups, kh, kw] permuted), output extent (h - 1) stride - padding + dilation (kernel - 1) + 1 + outputPadding.
    /// </summary>
    public Tensor ConvTranspose2d(Tensor weight, Tensor? bias, Window window, int outputPaddingH = 0, int outputPaddingW = 0)
    {
        Tensor w = Required(weight);
        RequireFloats("conv transpose", this, w, bias);
        RequireRank("conv transpose", 4, "[batch, height, width, channels]");
        w.RequireRank("conv transpose weight", 4, "[in, kernel height, kernel width, out / groups]");
        ConvGeometry geometry = window.Geometry("conv transpose", w.Shape[1], w.Shape[2]);
        if (Shape[3] != w.Shape[0] || Shape[3] % window.Groups != 0)
            throw new TensorException(
                $"conv transpose: input {Shape} has {Shape[3]} channels, weight {w.Shape} in {window.Groups} groups takes {w.Shape[0]}");
        int oh = ((Shape[1] - 1) * window.StrideH) - window.Top - window.Bottom + (window.DilationH * (w.Shape[1] - 1)) + 1 + outputPaddingH;
        int ow = ((Shape[2] - 1) * window.StrideW) - window.Left - window.Right + (window.DilationW * (w.Shape[2] - 1)) + 1 + outputPaddingW;
        if (oh < 1 || ow < 1)
            throw new TensorException($"conv transpose: the padding leaves {oh}x{ow} of {Shape}");
        Tensor y = Empty([Shape[0], oh, ow, w.Shape[3] * window.Groups], Device);
        RequireExtras("conv transpose", y, bias, null, null);
        Device.Conv2dInputGradient(Operand, w.Operand, y.Operand, geometry, new Epilogue(OptionalOperand(bias)));
        Tape.Rule[] rules =
        [
            g =>
            {
                Tensor dx = Empty(Shape, Device);
                Device.Conv2d(g.Operand, w.Operand, dx.Operand, geometry, default);
                return dx;
            },
            g => WeightGradient(g, this, w.Shape, geometry),
            g => g.View(g.Rows()).SumTo([g.Shape[3]]),
        ];
        return RecordOptional(y, [this, w], [this, w, bias], rules);
    }

    /// <summary>y [b, m, o] of a sequence x [b, n, c] with weight [o, k, c / groups]: a convolution over a word and its neighbours.</summary>
    public Tensor Conv1d(Tensor weight, Tensor? bias, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
    {
        RequireRank("conv1d", 3, "[batch, length, channels]");
        Required(weight).RequireRank("conv1d weight", 3, "[out, kernel, in / groups]");
        Window window = new(1, stride, 0, 0, padding, padding, 1, dilation, groups);
        Tensor picture = Reshape(Shape[0], 1, Shape[1], Shape[2]);
        Tensor y = picture.Conv2d(weight.Reshape(weight.Shape[0], 1, weight.Shape[1], weight.Shape[2]), bias, window);
        return y.Reshape(y.Shape[0], y.Shape[2], y.Shape[3]);
    }

    /// <summary>The largest of each kernel x kernel window; padding never wins. The gradient goes to the first largest.</summary>
    public Tensor MaxPool2d(int kernel, int stride, int padding = 0)
    {
        RequireFloats("max pool");
        RequireRank("max pool", 4, "[batch, height, width, channels]");
        ConvGeometry geometry = Window.Square(stride, padding).Geometry("max pool", kernel, kernel);
        Tensor y = Empty(Output("max pool", geometry, Shape[3]), Device);
        Device.MaxPool(Operand, y.Operand, geometry);
        return Tape.Record(y, [this, y], (this, g =>
        {
            Tensor dx = Empty(Shape, Device);
            Device.MaxPoolGradient(Operand, y.Operand, g.Operand, dx.Operand, geometry);
            return dx;
        }
        ));
    }

    /// <summary>The mean of each kernel x kernel window, padding counted as zeros.</summary>
    public Tensor AvgPool2d(int kernel, int stride, int padding = 0)
    {
        RequireFloats("avg pool");
        RequireRank("avg pool", 4, "[batch, height, width, channels]");
        ConvGeometry geometry = Window.Square(stride, padding).Geometry("avg pool", kernel, kernel);
        Tensor y = Empty(Output("avg pool", geometry, Shape[3]), Device);
        Device.AvgPool(Operand, y.Operand, geometry);
        Shape old = Shape;
        return Tape.Record(y, [], (this, g =>
        {
            Tensor dx = Empty(old, g.Device);
            g.Device.AvgPoolGradient(g.Operand, dx.Operand, geometry);
            return dx;
        }
        ));
    }

    private Shape Output(string op, ConvGeometry geometry, int channels)
    {
        int oh = geometry.OutH(Shape[1]);
        int ow = geometry.OutW(Shape[2]);
        if (oh < 1 || ow < 1)
            throw new TensorException($"{op}: a {geometry.KernelH}x{geometry.KernelW} window does not fit into {Shape}");
        return [Shape[0], oh, ow, channels];
    }

    private static void RequireExtras(string op, Tensor y, Tensor? bias, Tensor? imageBias, Tensor? residual)
    {
        if (bias is not null && bias.Shape != new Shape([y.Shape[3]]))
            throw new TensorException($"{op}: bias {bias.Shape} should be [{y.Shape[3]}]");
        if (imageBias is not null && imageBias.Shape != new Shape([y.Shape[0], y.Shape[3]]))
            throw new TensorException($"{op}: image bias {imageBias.Shape} should be [{y.Shape[0]}, {y.Shape[3]}]");
        if (residual is not null)
            y.RequireSame($"{op} residual", residual);
    }

    private static Tensor InputGradient(Tensor g, Tensor w, Shape shape, ConvGeometry geometry)
    {
        Tensor dx = Empty(shape, g.Device);
        g.Device.Conv2dInputGradient(g.Operand, w.Operand, dx.Operand, geometry, default);
        return dx;
    }

    private static Tensor WeightGradient(Tensor x, Tensor g, Shape shape, ConvGeometry geometry)
    {
        Tensor dw = Empty(shape, g.Device);
        g.Device.Conv2dWeightGradient(x.Operand, g.Operand, dw.Operand, geometry);
        return dw;
    }
}
