namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    internal override void Reduce(ReduceOp op, Operand x, Operand y, Extent3 e)
    {
        Span<float> from = x.Floats, to = y.Floats;
        for (int outer = 0; outer < e.Outer; outer++)
            for (int inner = 0; inner < e.Inner; inner++)
                to[outer * e.Inner + inner] = (float)Reduced(op, Line(from, e, outer, inner), e);
    }

    internal override void ArgMax(Operand x, Operand y, Extent3 e)
    {
        Span<float> from = x.Floats;
        Span<int> to = y.Ints;
        for (int outer = 0; outer < e.Outer; outer++)
            for (int inner = 0; inner < e.Inner; inner++)
                to[outer * e.Inner + inner] = PlaceOfLargest(Line(from, e, outer, inner), e);
    }

    internal override void Scan(ScanOp op, Operand x, Operand y, Extent3 e, bool reverse)
    {
        Span<float> from = x.Floats, to = y.Floats;
        for (int outer = 0; outer < e.Outer; outer++)
            for (int inner = 0; inner < e.Inner; inner++)
                ScanLine(op, Line(from, e, outer, inner), Line(to, e, outer, inner), e, reverse);
    }

    internal override void SumTo(Operand x, Operand y)
    {
        double[] sums = new double[y.Count];
        if (x.Count > 0)
            AddRows(x, y.Shape, sums);
        Span<float> to = y.Floats;
        for (int i = 0; i < sums.Length; i++)
            to[i] = (float)sums[i];
    }

    private static void AddRows(Operand x, Shape small, double[] sums)
    {
        Shape shape = x.Shape.Rank == 0 ? [1] : x.Shape;
        Box target = BoxWalk.Stretched(small, shape);
        int length = shape[-1], at = 0, step = (int)target.Strides[shape.Rank - 1];
        BoxWalk walk = new(shape, target, default);
        do
        {
            Span<float> row = x.Floats.Slice(at, length);
            for (int i = 0; i < length; i++)
                sums[walk.First + (long)i * step] += row[i];
            at += length;
        }
        while (walk.Next());
    }

    // From the first element of a line on; its elements lie e.Inner apart. An empty axis has no first element.
    private static Span<float> Line(Span<float> x, Extent3 e, int outer, int inner) =>
        e.N == 0 ? [] : x[(outer * e.N * e.Inner + inner)..];

    private static double Reduced(ReduceOp op, ReadOnlySpan<float> line, Extent3 e) => op switch
    {
        ReduceOp.Sum => Sum(line, e),
        ReduceOp.Mean => Sum(line, e) / e.N,
        ReduceOp.Max => Largest(line, e),
        ReduceOp.Min => Smallest(line, e),
        ReduceOp.LogSumExp => LogSumExp(line, e),
        _ => throw new TensorException($"reduce: {op} is not a known reduction"),
    };

    private static double Sum(ReadOnlySpan<float> line, Extent3 e)
    {
        double sum = 0;
        for (int i = 0; i < e.N; i++)
            sum += line[i * e.Inner];
        return sum;
    }

    private static double Largest(ReadOnlySpan<float> line, Extent3 e)
    {
        double largest = double.NegativeInfinity;
        for (int i = 0; i < e.N; i++)
            largest = Math.Max(largest, line[i * e.Inner]);
        return largest;
    }

    private static double Smallest(ReadOnlySpan<float> line, Extent3 e)
    {
        double smallest = double.PositiveInfinity;
        for (int i = 0; i < e.N; i++)
            smallest = Math.Min(smallest, line[i * e.Inner]);
        return smallest;
    }

    private static double LogSumExp(ReadOnlySpan<float> line, Extent3 e)
    {
        double largest = Largest(line, e);
        if (double.IsInfinity(largest))
            return largest;
        double sum = 0;
        for (int i = 0; i < e.N; i++)
            sum += Math.Exp(line[i * e.Inner] - largest);
        return largest + Math.Log(sum);
    }

    // A NaN counts as larger than every number.
    private static int PlaceOfLargest(ReadOnlySpan<float> line, Extent3 e)
    {
        int best = 0;
        for (int i = 1; i < e.N; i++)
        {
            float value = line[i * e.Inner], champion = line[best * e.Inner];
            if (value > champion || (float.IsNaN(value) && !float.IsNaN(champion)))
                best = i;
        }
        return best;
    }

    private static void ScanLine(ScanOp op, ReadOnlySpan<float> from, Span<float> to, Extent3 e, bool reverse)
    {
        double running = op == ScanOp.Sum ? 0 : 1;
        for (int step = 0; step < e.N; step++)
        {
            int at = (reverse ? e.N - 1 - step : step) * e.Inner;
            running = op == ScanOp.Sum ? running + from[at] : running * from[at];
            to[at] = (float)running;
        }
    }
}
