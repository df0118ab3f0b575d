using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

internal static partial class DifferentiableOps
{
    private static IEnumerable<DifferentiableOp> Products()
    {
        (int M, int K, int N)[] sizes = [(3, 7, 2), (1, 1, 1), (1, 3, 7)];
        foreach ((int m, int k, int n) in sizes)
            foreach ((bool ta, bool tb) in ((bool, bool)[])[(false, false), (false, true), (true, false), (true, true)])
            {
                Shape a = ta ? [k, m] : [m, k], b = tb ? [n, k] : [k, n];
                yield return Row($"matmul {(ta ? 't' : 'n')}{(tb ? 't' : 'n')}", t => t[0].MatMul(t[1], ta, tb), a, b);
            }
        yield return Row("matmul", t => t[0].MatMul(t[1]), [2, 1, 3, 2], [3, 2, 3]);
        yield return Row("matmul", t => t[0].MatMul(t[1], transposeOther: true), [3, 1, 2], [3, 3, 2]);
        yield return Row("matmul", t => t[0].MatMul(t[1], transposeThis: true), [2, 3], [3, 2, 3]);
        yield return Row("linear", t => t[0].Linear(t[1], t[2], t[3]), [2, 3, 7], [3, 7], [3], [2, 3, 3]);
        yield return Row("linear", t => t[0].Linear(t[1]), [1], [1, 1]);
    }

    private static IEnumerable<DifferentiableOp> Convolutions()
    {
        Window uneven = new(StrideH: 2, StrideW: 1, Top: 0, Bottom: 1, Left: 2, Right: 0, DilationH: 1, DilationW: 2);
        return
        [
            Row("conv2d", t => t[0].Conv2d(t[1], t[2], Window.Square(padding: 1)), [2, 3, 3, 2], [3, 3, 3, 2], [3]),
            Row("conv2d with extras", t => t[0].Conv2d(t[1], t[2], Window.Unit, t[3], t[4]),
                [2, 3, 2, 3], [2, 1, 1, 3], [2], [2, 2], [2, 3, 2, 2]),
            Row("conv2d uneven", t => t[0].Conv2d(t[1], null, uneven), [1, 7, 3, 2], [3, 3, 2, 2]),
            Row("conv2d strided", t => t[0].Conv2d(t[1], null, Window.Square(2, 1)), [1, 7, 3, 1], [3, 3, 3, 1]),
            Row("conv2d grouped", t => t[0].Conv2d(t[1], t[2], Window.Square(padding: 1, groups: 2)), [1, 3, 3, 4], [6, 3, 1, 2], [6]),
            Row("conv2d depthwise", t => t[0].Conv2d(t[1], null, Window.Square(padding: 1, groups: 3)), [1, 3, 3, 3], [3, 3, 3, 1]),
            Row("conv2d", t => t[0].Conv2d(t[1], null, Window.Unit), [1, 1, 1, 1], [1, 1, 1, 1]),
            Row("conv1d", t => t[0].Conv1d(t[1], t[2], 2, 2, 2), [2, 7, 2], [3, 3, 2], [3]),
            Row("conv transpose", t => t[0].ConvTranspose2d(t[1], t[2], Window.Square(2, 1)), [2, 3, 2, 2], [2, 4, 4, 1], [1]),
            Row("conv transpose padded", t => t[0].ConvTranspose2d(t[1], t[2], Window.Square(3, 1, 2), 2, 1),
                [1, 3, 2, 4], [4, 3, 3, 1], [2]),
            Row("conv transpose", t => t[0].ConvTranspose2d(t[1], null, Window.Unit), [1, 1, 1, 1], [1, 3, 1, 7]),
            Row("max pool", t => t[0].MaxPool2d(2, 2), [2, 3, 7, 1]),
            Row("max pool padded", t => t[0].MaxPool2d(3, 2, 1), [1, 7, 3, 3]),
            Row("avg pool", t => t[0].AvgPool2d(2, 2), [2, 3, 7, 1]),
            Row("avg pool padded", t => t[0].AvgPool2d(3, 1, 1), [1, 7, 3, 3]),
        ];
    }

    private static IEnumerable<DifferentiableOp> Norms()
    {
        // A large beta keeps every channel to one side of relu's kink.
        foreach (Activation activation in Enum.GetValues<Activation>())
            yield return Row(
                $"group norm {activation}",
                t => t[0].GroupNorm(2, t[1], activation == Activation.Relu ? t[2] * 50 : t[2], 1e-2f, activation),
                [2, 3, 1, 6], [6], [6]);
        yield return Row("group norm of each image's own", t => t[0].GroupNorm(2, t[1], t[2], 1e-2f, Activation.Silu), [3, 5, 4], [3, 4], [3, 4]);
        yield return Row("group norm with each image's own scale", t => t[0].GroupNorm(1, t[1], t[2], 1e-2f), [3, 4], [3, 4], [4]);
        yield return Row("group norm plain", t => t[0].GroupNorm(3, null, null, 1e-2f, Activation.Silu), [1, 7, 3]);
        yield return Row("group norm of one", t => t[0].GroupNorm(1, t[1], t[2], 1e-2f), [3, 3], [3], [3]);
        yield return Row("layer norm", t => t[0].LayerNorm(t[1], t[2], 1e-2f), [3, 1, 7], [7], [7]);
        yield return Row("rms norm", t => t[0].RmsNorm(t[1], 1e-2f), [3, 7], [7]);
        yield return Row("rms norm plain", t => t[0].RmsNorm(null, 1e-2f), [7, 3]);
        yield return Row("batch norm", t => BatchNorm(t, training: true), [2, 3, 1, 3], [3], [3]);
        yield return Row("batch norm at rest", t => BatchNorm(t, training: false), [7, 3], [3], [3]);
    }

    private static Tensor BatchNorm(Tensor[] t, bool training)
    {
        Tensor mean = Tensor.Full(t[1].Shape, 0.1, t[0].Device), variance = Tensor.Full(t[1].Shape, 0.7, t[0].Device);
        return t[0].BatchNorm(t[1], t[2], mean, variance, training, eps: 1e-2f);
    }

    private static IEnumerable<DifferentiableOp> Attentions() =>
    [
        Row("attention", t => Tensor.Attention(t[0], t[1], t[2], 2), [2, 3, 4], [2, 7, 4], [2, 7, 2]),
        Row("attention of one", t => Tensor.Attention(t[0], t[1], t[2], 1, 1), [1, 1, 1], [1, 1, 1], [1, 1, 1]),
        Row("attention causal", t => Tensor.Attention(t[0], t[1], t[2], 1, causal: true), [1, 7, 3], [1, 7, 3], [1, 7, 3]),
        Row("attention to the end", t => Tensor.Attention(t[0], t[1], t[2], 3, causal: true), [1, 3, 6], [1, 7, 6], [1, 7, 3]),
        Row("attention of the blind", t => Tensor.Attention(t[0], t[1], t[2], 1, causal: true), [1, 3, 2], [1, 1, 2], [1, 1, 2]),
        Row("attention biased", t => Tensor.Attention(t[0], t[1], t[2], 2, bias: t[3]), [2, 3, 4], [2, 3, 4], [2, 3, 4], [2, 2, 3, 3]),
        Row("attention with one bias", t => Tensor.Attention(t[0], t[1], t[2], 2, bias: t[3]),
            [2, 3, 4], [2, 3, 4], [2, 3, 4], [1, 2, 1, 3]),
        Row("self attention", t => Tensor.Attention(t[0], t[0], t[0], 2), [2, 3, 4]),
    ];

    private static IEnumerable<DifferentiableOp> Pictures()
    {
        foreach (Interpolation mode in Enum.GetValues<Interpolation>())
        {
            yield return Row($"enlarge {mode}", t => t[0].Interpolate(7, 4, mode), [1, 3, 3, 2]);
            yield return Row($"shrink {mode}", t => t[0].Interpolate(3, 1, mode), [1, 7, 3, 2]);
        }
        foreach (PadMode mode in Enum.GetValues<PadMode>())
            yield return Row($"pad {mode}", t => t[0].Pad(1, 2, 1, mode), [2, 3, 1, 3]);
        yield return Row("antialias", t => t[0].Interpolate(3, 3, Interpolation.Bilinear, antialias: true), [1, 7, 7, 1]);
        yield return Row("corners", t => t[0].Interpolate(7, 7, Interpolation.Bilinear, alignCorners: true), [1, 3, 3, 1]);
        yield return Row("upsample", t => t[0].UpsampleNearest2x(), [2, 1, 3, 3]);
        yield return Row("pixel shuffle", t => t[0].PixelShuffle(2), [1, 3, 1, 8]);
        yield return Row("pixel unshuffle", t => t[0].PixelUnshuffle(3), [1, 3, 6, 2]);
        // 5 pixels are 2 per unit: with the gap of the grid's values no step crosses from one pixel to the next.
        yield return Row("grid sample corners", t => t[1].GridSample(t[0], alignCorners: true), [1, 3, 3, 2], [1, 5, 5, 2]);
        yield return Row(
            "grid sample border", t => t[1].GridSample(t[0] * 2, border: true, alignCorners: true), [1, 7, 1, 2], [1, 3, 3, 3]);
        yield return Row(
            "grid sample nearest", t => t[1].GridSample(t[0], bilinear: false, alignCorners: true), [1, 3, 3, 2], [1, 5, 5, 1]);
    }
}
