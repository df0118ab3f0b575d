using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

/// <summary>Every op that has a gradient, at small awkward shapes: the rows of the finite difference, leak and tape tests.</summary>
internal static partial class DifferentiableOps
{
    private static readonly (string Name, Func<Tensor, Tensor> Compute)[] s_unary =
    [
        ("negate", x => x.Negate()), ("abs", x => x.Abs()), ("square", x => x.Square()), ("exp", x => x.Exp()), ("sin", x => x.Sin()),
        ("cos", x => x.Cos()), ("tanh", x => x.Tanh()), ("erf", x => x.Erf()), ("sigmoid", x => x.Sigmoid()),
        ("log sigmoid", x => x.LogSigmoid()),
        ("softplus", x => x.Softplus()), ("relu", x => x.Relu()), ("leaky relu", x => x.LeakyRelu()), ("elu", x => x.Elu()),
        ("silu", x => x.Silu()),
        ("gelu", x => x.Gelu()), ("gelu tanh", x => x.GeluTanh()), ("quick gelu", x => x.QuickGelu()), ("mish", x => x.Mish()),
        ("hard swish", x => x.HardSwish()), ("scale", x => x.Scale(-1.5f)), ("affine", x => x.Affine(2, 1)),
        ("clamp", x => x.Clamp(-0.4f, 0.3f)),
        ("sum", x => x.Sum()), ("mean", x => x.Mean()), ("pad", x => x.Pad(0, 2, 1, 0.5f)), ("reshape", x => x.Reshape(-1, 1)),
        ("sign", x => x.Sign() + x), ("floor", x => x.Floor() * x),
    ];

    private static readonly (string Name, Func<Tensor, Tensor> Compute)[] s_positive =
    [
        ("reciprocal", x => x.Reciprocal()), ("sqrt", x => x.Sqrt()), ("rsqrt", x => x.Rsqrt()), ("log", x => x.Log()),
        ("power", x => x.Power(1.7f)),
    ];

    private static readonly (string Name, Func<Tensor, Tensor, Tensor> Compute)[] s_binary =
    [
        ("add", (a, b) => a + b), ("subtract", (a, b) => a - b), ("multiply", (a, b) => a * b), ("divide", (a, b) => a / b),
        ("maximum", (a, b) => a.Maximum(b)), ("minimum", (a, b) => a.Minimum(b)),
    ];

    private static readonly (string Name, Func<Tensor, int, Tensor> Compute)[] s_alongAxis =
    [
        ("sum", (x, axis) => x.Sum(axis)), ("mean kept", (x, axis) => x.Mean(axis, keep: true)), ("max", (x, axis) => x.Max(axis)),
        ("min kept", (x, axis) => x.Min(axis, keep: true)), ("log sum exp", (x, axis) => x.LogSumExp(axis)),
        ("variance", (x, axis) => x.Variance(axis, correction: 0)), ("running sum", (x, axis) => x.CumSum(axis)),
        ("running product", (x, axis) => x.CumProd(axis)), ("softmax", (x, axis) => x.Transpose(axis, -1).Softmax()),
        ("log softmax", (x, axis) => x.Transpose(axis, -1).LogSoftmax()), ("normalise", (x, axis) => x.Transpose(axis, -1).L2Normalize()),
        ("layer norm", (x, axis) => x.Transpose(axis, -1).LayerNorm(null, null, 1e-2f)),
    ];

    public static IReadOnlyDictionary<string, DifferentiableOp> All { get; } =
        Elementwise().Concat(AlongAxes()).Concat(Movements()).Concat(Lookups()).Concat(Losses())
            .Concat(Products()).Concat(Convolutions()).Concat(Norms()).Concat(Attentions()).Concat(Pictures())
            .ToDictionary(op => op.Name);

    private static DifferentiableOp Row(string name, Func<Tensor[], Tensor> compute, params Shape[] inputs) =>
        new($"{name} {string.Join(' ', inputs)}", compute, inputs);

    private static IEnumerable<DifferentiableOp> Elementwise()
    {
        Shape[] shapes = [[1], [3, 7], [2, 1, 5]];
        (Shape, Shape)[] pairs = [([3, 7], [7]), ([2, 1, 3], [1, 7, 3]), ([1], [5]), ([], [3]), ([3, 1], [3, 1])];
        foreach (Shape shape in shapes)
        {
            foreach ((string name, Func<Tensor, Tensor> compute) in s_unary)
                yield return Row(name, t => compute(t[0]), shape);
            foreach ((string name, Func<Tensor, Tensor> compute) in s_positive)
                yield return Row(name, t => compute(t[0]), shape) with { Positive = true };
        }
        foreach ((Shape a, Shape b) in pairs)
            foreach ((string name, Func<Tensor, Tensor, Tensor> compute) in s_binary)
                yield return Row(name, t => compute(t[0], t[1]), a, b) with { Positive = name == "divide" };
        yield return Row("multiply by itself", t => t[0] * t[0], [3, 3]);
        yield return Row("geglu", t => t[0].Geglu(), [3, 14]);
        yield return Row("geglu", t => t[0].Geglu(), [2, 1, 2]);
    }

    private static IEnumerable<DifferentiableOp> AlongAxes()
    {
        Shape[] shapes = [[3, 7, 2], [1, 3, 1], [7]];
        foreach (Shape shape in shapes)
            for (int axis = 0; axis < shape.Rank; axis++)
                foreach ((string name, Func<Tensor, int, Tensor> compute) in s_alongAxis)
                {
                    int chosen = axis;
                    yield return Row($"{name} along {axis}", t => compute(t[0], chosen), shape) with
                    {
                        Positive = name == "running product",
                    };
                }
        yield return Row("max of equals", t => Tensor.Concat(0, t[0], t[0]).Max(0), [1, 3]);
        yield return Row("sum to", t => t[0].SumTo([7, 1]), [3, 7, 2]);
        yield return Row("sum to", t => t[0].SumTo([]), [3, 1]);
    }

    private static IEnumerable<DifferentiableOp> Movements() =>
    [
        Row("permute", t => t[0].Permute(2, 0, 1), [3, 7, 2]),
        Row("permute", t => t[0].Permute(0, 3, 1, 2), [2, 3, 1, 3]),
        Row("transpose", t => t[0].Transpose(0, 1), [3, 7]),
        Row("slice", t => t[0].Slice(1, 2, 3), [3, 7, 2]),
        Row("chunk", t => t[0].Chunk(3, 1) is [Tensor a, Tensor b, Tensor c] ? a * c + b : t[0], [2, 3, 3]),
        Row("concat", t => Tensor.Concat(1, t[0], t[1], t[0]), [3, 1, 2], [3, 7, 2]),
        Row("broadcast", t => t[0].BroadcastTo([3, 2, 7]), [2, 1]),
        Row("pad an inner axis", t => t[0].Pad(1, 1, 2), [3, 1, 2]),
    ];

    private static IEnumerable<DifferentiableOp> Lookups() =>
    [
        Row("embedding", t => t[0].Embedding(Ids(t[0], 4, 0, 4, 2)), [5, 3]),
        Row("embedding", t => t[0].Embedding(Ids(t[0], 0)), [1, 1]),
        Row("rows", t => t[0].Rows([2, 2, 0]), [3, 2, 2]),
    ];

    private static IEnumerable<DifferentiableOp> Losses()
    {
        (string Name, Func<Tensor, Tensor, Tensor> Compute)[] pairs =
        [
            ("mse", (x, y) => x.MseLoss(y)), ("l1", (x, y) => x.L1Loss(y)), ("huber", (x, y) => x.HuberLoss(y, 0.3f)),
            ("smooth l1", (x, y) => x.SmoothL1Loss(y, 0.3f)), ("bce", (x, y) => x.BinaryCrossEntropyWithLogits(y)),
            ("kl", Tensor.KlToStandardNormal), ("infonce", (x, y) => Tensor.InfoNceLoss(x, y, x.Mean())),
        ];
        Shape[] shapes = [[3, 7], [1, 3]];
        foreach (Shape shape in shapes)
            foreach ((string name, Func<Tensor, Tensor, Tensor> compute) in pairs)
                yield return Row(name, t => compute(t[0], t[1]), shape, shape);
        yield return Row("cross entropy", t => t[0].CrossEntropyLoss(Ids(t[0], 2, -100, 6)), [3, 7]);
        yield return Row("cross entropy smoothed", t => t[0].CrossEntropyLoss(Ids(t[0], 2, 0, -100), labelSmoothing: 0.1f), [3, 3]);
    }

    private static Tensor Ids(Tensor like, params int[] ids) => Tensor.From(ids, [ids.Length], like.Device);
}
