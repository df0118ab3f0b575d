using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

/// <summary>Every method of the device contract, at the sizes where tails, blocks and broadcasts go wrong.</summary>
internal static partial class KernelCases
{
    private const double Rounding = KernelCase.Rounding;
    private const double WinogradRounding = 2e-5;

    private static int[] Awkward => [0, 1, 3, 7, 33, 129];

    private static Shape[] ElementwiseShapes => [.. Awkward.Select(size => new Shape([size]))];

    /// <summary>The slow device computes these too.</summary>
    public static IReadOnlyDictionary<string, KernelCase> Small { get; } = ByName(
        Elementwise(ElementwiseShapes), Extremes(), Broadcasts(), Memory(), Reductions(Extents),
        Rows([(0, 3), (1, 1), (3, 7), (7, 33), (33, 129), (5, 0)]), Products(ProductSizes), Convolutions(ConvolutionShapes),
        Winograds(WinogradShapes), Stored(StoredProductSizes, StoredConvolutionShapes),
        Attentions(AttentionShapes), Norms(NormShapes), Pictures(PictureShapes), Optimisers(Awkward));

    /// <summary>Large enough that more threads than one take part.</summary>
    public static IReadOnlyDictionary<string, KernelCase> Large { get; } = ByName(
        Elementwise([[300_001]]), Reductions([new(3, 257, 301), new(301, 999, 1), new(1, 200_003, 1), new(1, 3, 90_001)]),
        Rows([(301, 777)]),
        Products([(257, 311, 203), (1, 700, 1500), (1500, 700, 1), (5, 3000, 7)]), Convolutions(LargeConvolutionShapes),
        Winograds(LargeWinogradShapes), Stored([(700, 311, 203), (33, 1500, 400)], LargeConvolutionShapes),
        Attentions(
            [new(2, 257, 131, 4, 24, 16), new(1, 130, 130, 1, 40, 40, Causal: true), new(2, 65, 129, 2, 8, 8, Bias: [2, 1, 65, 129])]),
        Norms([new(2, 700, 96, 32), new(1000, 1, 129, 1), new(3, 333, 40, 5)]), Pictures([[2, 64, 63, 24]]), Optimisers([300_001]));

    private static Dictionary<string, KernelCase> ByName(params IEnumerable<KernelCase>[] parts) =>
        parts.SelectMany(part => part).ToDictionary(found => found.Name);

    private static IEnumerable<KernelCase> Elementwise(Shape[] shapes)
    {
        foreach (UnaryOp op in Enum.GetValues<UnaryOp>())
        {
            (float low, float high) = op is UnaryOp.Log or UnaryOp.Sqrt or UnaryOp.Rsqrt or UnaryOp.Reciprocal ? (0.01f, 9) : (-9, 9);
            yield return new($"{op}", k => [.. shapes.SelectMany(shape => Unary(k, op, k.Uniform(shape, low, high)))], Rounding);
            yield return new(
                $"{op} gradient",
                k => [.. shapes.SelectMany(shape => UnaryGradient(k, op, k.Uniform(shape, low, high), k.Uniform(shape)))], Rounding, 0.1);
        }
        foreach (BinaryOp op in Enum.GetValues<BinaryOp>())
            yield return new($"{op}", k => [.. shapes.SelectMany(shape => Binary(k, op, shape, shape, inPlace: true))], Rounding);
        yield return new("affine", k => [.. shapes.SelectMany(shape => Affine(k, shape))], Rounding);
        yield return new("add scaled", k => [.. shapes.Select(shape => AddScaled(k, shape))], Rounding);
        yield return new("geglu", k => [.. shapes.SelectMany(shape => Geglu(k, [3, shape[0]]))], Rounding);
        yield return new("geglu of many rows", k => [.. shapes.SelectMany(shape => Geglu(k, [shape[0], 3]))], Rounding);
    }

    // Each alone, so that a large result excuses no other.
    private static IEnumerable<KernelCase> Extremes()
    {
        float[] finite = [0, -0f, 1e-40f, -1e-40f, 1e-20f, 16, -16, 50, -50, 87, -87, 104, -104, 200, -200, 1e4f, -1e4f, float.NaN];
        float[] values = [.. finite, float.PositiveInfinity, float.NegativeInfinity];
        foreach (UnaryOp op in Enum.GetValues<UnaryOp>())
        {
            yield return new(
                $"{op} of extremes", k => [.. values.SelectMany(value => Unary(k, op, k.Given([value], [1])))], Rounding, 1e-30);
            yield return new(
                $"{op} gradient of extremes",
                k => [.. finite.SelectMany(x => UnaryGradient(k, op, k.Given([x], [1]), k.Given([1], [1])))], Rounding, 0.1);
        }
    }

    private static Operand[] Unary(KernelInputs k, UnaryOp op, Operand x)
    {
        Operand y = k.Output(x.Shape);
        k.Device.Unary(op, x, y);
        k.Device.Unary(op, x, x);
        return [y, x];
    }

    private static Operand[] UnaryGradient(KernelInputs k, UnaryOp op, Operand x, Operand g)
    {
        Operand dx = k.Output(x.Shape);
        k.Device.UnaryGradient(op, x, g, dx);
        return [dx];
    }

    private static Operand[] Binary(KernelInputs k, BinaryOp op, Shape a, Shape b, bool inPlace = false)
    {
        (Operand left, Operand right) = op < BinaryOp.Maximum ? (k.Uniform(a, 0.1f, 3), k.Uniform(b, 0.1f, 3)) : (k.Coarse(a), k.Coarse(b));
        Operand y = k.Output(Shape.Broadcast(a, b, "case"));
        k.Device.Binary(op, left, right, y);
        if (inPlace)
            k.Device.Binary(op, left, right, left);
        return [y, left];
    }

    private static Operand[] Affine(KernelInputs k, Shape shape)
    {
        Operand x = k.Uniform(shape), y = k.Output(shape);
        k.Device.Affine(x, y, -1.5f, 0.7f);
        k.Device.Affine(x, x, 0.5f, 0);
        return [y, x];
    }

    private static Operand AddScaled(KernelInputs k, Shape shape)
    {
        Operand x = k.Uniform(shape), y = k.Uniform(shape);
        k.Device.AddScaled(x, y, -0.3f);
        return y;
    }

    private static Operand[] Geglu(KernelInputs k, Shape shape)
    {
        Operand x = k.Uniform(shape.With(1, 2 * shape[1]), -4, 4), y = k.Output(shape), dx = k.Output(x.Shape);
        k.Device.Geglu(x, y);
        k.Device.GegluGradient(x, k.Uniform(shape), dx);
        return [y, dx];
    }

    private static IEnumerable<KernelCase> Broadcasts()
    {
        (Shape A, Shape B)[] pairs =
        [
            ([], []), ([], [33]), ([33], []), ([7, 33], [33]), ([33], [7, 33]), ([7, 33], [7, 1]), ([7, 1], [1, 33]),
            ([3, 1, 7, 1], [3, 5, 1, 33]),
            ([3, 5, 33], [5, 1]), ([2, 7, 1, 3], [2, 1, 129, 3]), ([0, 3], [3]), ([3, 0], [1]), ([1, 1], [1]),
        ];
        foreach ((Shape a, Shape b) in pairs)
        {
            foreach (BinaryOp op in Enum.GetValues<BinaryOp>())
                yield return new($"{op} {a} {b}", k => Binary(k, op, a, b), Rounding);
            yield return new($"sum to {a} of {b}", k => SumTo(k, Shape.Broadcast(a, b, "case"), a), Rounding, 20);
        }
        yield return new("sum to [129]", k => SumTo(k, [129, 129], [129]), Rounding, 10);
        yield return new("sum to [129, 1]", k => SumTo(k, [129, 129], [129, 1]), Rounding, 10);
        yield return new("sum to [1, 7, 1, 129]", k => SumTo(k, [3, 7, 33, 129], [1, 7, 1, 129]), Rounding, 10);
        yield return new("sum to []", k => SumTo(k, [33, 129], []), Rounding, 40);
    }

    private static Operand[] SumTo(KernelInputs k, Shape x, Shape y)
    {
        Operand sums = k.Output(y);
        k.Device.SumTo(k.Uniform(x), sums);
        return [sums];
    }

    private static IEnumerable<KernelCase> Memory()
    {
        DType[] types = [.. Enum.GetValues<DType>().Where(type => type is not (DType.Q8 or DType.BF16Panels))];
        foreach (DType from in types)
        {
            yield return new($"fill {from}", k => [.. Awkward.Select(n => k.Output([n], from)).Select(y => Filled(k, y))]);
            foreach (DType to in types)
                yield return new($"convert {from} to {to}", k => [.. Awkward.Append(2000).Select(n => Converted(k, n, from, to))]);
            yield return new($"copy {from}", k => [.. Copies(k, from)]);
        }
    }

    private static Operand Filled(KernelInputs k, Operand y)
    {
        k.Device.Fill(y, 2.6);
        return y;
    }

    // Any bits at all: numbers, infinities, NaNs and what overflows the narrower type.
    private static Operand Converted(KernelInputs k, int count, DType from, DType to)
    {
        Operand y = k.Output([count], to);
        k.Device.Convert(k.Bytes([count], from), y);
        return y;
    }

    // Permutations, a slice, a repeat, a flip along an axis and a hole in the target, as strides.
    private static IEnumerable<Operand> Copies(KernelInputs k, DType type)
    {
        (Shape Extents, long From, long[] FromStrides, long To, long[] ToStrides)[] boxes =
        [
            ([7, 33], 0, [1, 7], 0, [33, 1]), ([3, 7, 5], 0, [35, 5, 1], 0, [35, 1, 7]),
            ([3, 1, 7, 5], 4, [40, 9, 5, 1], 2, [35, 35, 5, 1]), ([33, 7], 0, [0, 1], 0, [7, 1]), ([33, 7], 3, [1, 0], 0, [7, 1]),
            ([129], 128, [-1], 0, [1]), ([3, 0, 2], 0, [1, 1, 1], 0, [1, 1, 1]), ([], 5, [], 6, []),
            ([2, 3, 2, 3, 2], 0, [18, 6, 3, 1, 36], 0, [36, 12, 6, 2, 1]), ([1], 9, [77], 3, [55]), ([16, 64], 0, [1, 16], 0, [64, 1]),
        ];
        foreach ((Shape extents, long from, long[] fromStrides, long to, long[] toStrides) in boxes)
        {
            Operand x = k.Bytes([1100], type), y = k.Bytes([1100], type);
            k.Device.CopyBox(x, new Box(from, StridesOf(fromStrides)), y, new Box(to, StridesOf(toStrides)), extents);
            yield return y;
        }
    }

    private static Strides StridesOf(long[] values)
    {
        Strides strides = default;
        values.CopyTo((Span<long>)strides);
        return strides;
    }
}
