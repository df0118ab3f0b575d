namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    private static readonly Extent3 s_noRow = new(1, 0, 1);

    internal override void Gather(Operand table, Operand ids, Operand y)
    {
        using WidenedWeights wide = new(this, table);
        Span<float> from = wide.Floats.Floats;
        Span<int> rows = ids.Ints;
        int c = table.Shape[-1];
        for (int i = 0; i < rows.Length; i++)
            from.Slice(rows[i] * c, c).CopyTo(y.Floats[(i * c)..]);
    }

    internal override void ScatterAdd(Operand g, Operand ids, Operand table)
    {
        Span<int> rows = ids.Ints;
        Span<float> from = g.Floats, to = table.Floats;
        int c = table.Shape[-1];
        for (int i = 0; i < rows.Length; i++)
            for (int j = 0; j < c; j++)
                to[rows[i] * c + j] += from[i * c + j];
    }

    internal override void Softmax(Operand x, Operand y, bool log)
    {
        Span<float> from = x.Floats, to = y.Floats;
        Extent3 row = s_noRow with { N = x.Shape[-1] };
        for (int start = 0; start < to.Length; start += row.N)
        {
            double total = LogSumExp(from.Slice(start, row.N), row);
            for (int i = start; i < start + row.N; i++)
                to[i] = (float)(log ? from[i] - total : Math.Exp(from[i] - total));
        }
    }

    // softmax: dx = y (g - sum(g y));   log softmax: dx = g - e^y sum(g)
    internal override void SoftmaxGradient(Operand y, Operand g, Operand dx, bool log)
    {
        Span<float> output = y.Floats, gradient = g.Floats, to = dx.Floats;
        int n = y.Shape[-1];
        for (int start = 0; start < to.Length; start += n)
        {
            double sum = 0;
            for (int i = start; i < start + n; i++)
                sum += log ? gradient[i] : (double)gradient[i] * output[i];
            for (int i = start; i < start + n; i++)
                to[i] = (float)(log ? gradient[i] - Math.Exp(output[i]) * sum : output[i] * (gradient[i] - sum));
        }
    }
}
