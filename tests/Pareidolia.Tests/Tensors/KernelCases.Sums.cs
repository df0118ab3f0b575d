using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

internal static partial class KernelCases
{
    private static Extent3[] Extents =>
    [
        new(0, 3, 1), new(1, 1, 1), new(3, 7, 1), new(1, 129, 1), new(7, 33, 3), new(2, 129, 33), new(1, 3, 129),
        new(33, 1, 7), new(3, 4, 0), new(5, 1025, 1),
    ];

    private static (int M, int K, int N)[] ProductSizes =>
    [
        (1, 1, 1), (3, 7, 1), (1, 33, 129), (129, 3, 1), (7, 129, 33), (33, 33, 33), (13, 7, 65), (129, 129, 7), (0, 3, 7), (3, 0, 7),
        (3, 7, 0), (12, 32, 32),
    ];

    private static ScoreShape[] AttentionShapes =>
    [
        new(1, 1, 1, 1, 1, 1), new(2, 7, 33, 3, 5, 3), new(1, 33, 7, 1, 40, 7), new(1, 129, 129, 2, 8, 8),
        new(2, 33, 129, 2, 16, 16, Bias: [2, 2, 33, 129]),
        new(1, 3, 7, 4, 4, 4, Bias: [1, 1, 1, 7]), new(2, 33, 33, 1, 7, 7, Causal: true), new(1, 7, 129, 2, 8, 8, Causal: true),
        new(1, 33, 7, 1, 3, 3, Causal: true), new(1, 7, 7, 2, 4, 4, Causal: true, Bias: [1, 2, 7, 7]), new(0, 3, 3, 1, 4, 4),
    ];

    private static IEnumerable<KernelCase> Reductions(Extent3[] extents)
    {
        foreach (Extent3 e in extents)
        {
            // What an empty axis has no answer for is refused by the op.
            foreach (ReduceOp op in Enum.GetValues<ReduceOp>())
                yield return new($"{op} {e}", k => [Reduced(k, op, e)], Rounding, op == ReduceOp.Sum ? Math.Sqrt(e.N) / 3 : 0.1);
            foreach (ScanOp op in Enum.GetValues<ScanOp>())
                yield return new($"scan {op} {e}", k => [Scanned(k, op, e, reverse: false), Scanned(k, op, e, reverse: true)], Rounding);
            Shape x = [e.Outer, e.N, e.Inner];
            yield return new($"argmax {e}", k => [ArgMax(k, k.Uniform(x), e), ArgMax(k, k.Coarse(x), e)]);
        }
    }

    private static Operand Reduced(KernelInputs k, ReduceOp op, Extent3 e)
    {
        Operand y = k.Output([e.Outer, e.Inner]);
        k.Device.Reduce(op, k.Uniform([e.Outer, e.N, e.Inner]), y, e);
        return y;
    }

    private static Operand ArgMax(KernelInputs k, Operand x, Extent3 e)
    {
        Operand y = k.Output([e.Outer, e.Inner], DType.I32);
        k.Device.ArgMax(x, y, e);
        return y;
    }

    private static Operand Scanned(KernelInputs k, ScanOp op, Extent3 e, bool reverse)
    {
        Operand y = k.Output([e.Outer, e.N, e.Inner]);
        float low = op == ScanOp.Sum ? -1 : 0.9f;
        k.Device.Scan(op, k.Uniform([e.Outer, e.N, e.Inner], low, 1.1f), y, e, reverse);
        return y;
    }

    private static IEnumerable<KernelCase> Rows((int Rows, int Columns)[] shapes)
    {
        foreach ((int rows, int c) in shapes)
        {
            yield return new($"gather {rows}x{c}", k => [Gathered(k, rows, c)]);
            yield return new($"scatter {rows}x{c}", k => [Scattered(k, rows, c)]);
            foreach (bool log in (bool[])[false, true])
                yield return new($"softmax {rows}x{c} {(log ? "log" : "plain")}", k => Softmax(k, [rows, c], log), Rounding);
        }
        yield return new("softmax of hidden columns", HiddenSoftmax, Rounding);
    }

    private static Operand Gathered(KernelInputs k, int rows, int c)
    {
        Operand y = k.Output([rows, c]);
        k.Device.Gather(k.Uniform([11, c]), k.Ids(rows, 11), y);
        return y;
    }

    private static Operand Scattered(KernelInputs k, int rows, int c)
    {
        Operand table = k.Uniform([5, c]);
        k.Device.ScatterAdd(k.Uniform([rows, c]), k.Ids(rows, 5), table);
        return table;
    }

    private static Operand[] Softmax(KernelInputs k, Shape shape, bool log)
    {
        Operand y = k.Output(shape), dx = k.Output(shape);
        k.Device.Softmax(k.Uniform(shape, -9, 9), y, log);
        // The gradient is given the same y on both devices.
        float least = log ? -9 : 0;
        k.Device.SoftmaxGradient(k.Uniform(shape, least, least + 1), k.Uniform(shape), dx, log);
        return [y, dx];
    }

    private static Operand[] HiddenSoftmax(KernelInputs k)
    {
        Operand x = k.Given([float.NegativeInfinity, 1, 2, 90, float.NegativeInfinity, -90], [2, 3]), y = k.Output([2, 3]);
        k.Device.Softmax(x, y, log: false);
        return [y];
    }

    private static IEnumerable<KernelCase> Products((int M, int K, int N)[] sizes)
    {
        foreach ((int m, int k, int n) in sizes)
        {
            double size = Math.Sqrt(k) / 3;
            foreach ((bool ta, bool tb) in ((bool, bool)[])[(false, false), (false, true), (true, false), (true, true)])
            {
                string name = $"matmul {(ta ? 't' : 'n')}{(tb ? 't' : 'n')} {m}x{k}x{n}";
                yield return new(name, i => [Product(i, 1, 1, (m, k, n), ta, tb)], Rounding, size);
            }
            yield return new($"matmul of 3 {m}x{k}x{n}", i => [Product(i, 3, 3, (m, k, n), false, true)], Rounding, size);
            yield return new($"matmul of 3 by 1 {m}x{k}x{n}", i => [Product(i, 3, 1, (m, k, n), true, false)], Rounding, size);
            yield return new($"matmul of 1 by 3 {m}x{k}x{n}", i => [Product(i, 1, 3, (m, k, n), false, false)], Rounding, size);
            yield return new($"matmul epilogues {m}x{k}x{n}", i => [.. ProductEpilogues(i, (m, k, n))], Rounding, size);
        }
    }

    private static Operand Product(
        KernelInputs i, int left, int right, (int M, int K, int N) s, bool ta, bool tb, Func<Operand, Epilogue>? epilogue = null)
    {
        Operand a = i.Uniform(ta ? [left, s.K, s.M] : [left, s.M, s.K]), b = i.Uniform(tb ? [right, s.N, s.K] : [right, s.K, s.N]);
        Operand y = i.Output([Math.Max(left, right), s.M, s.N]);
        i.Device.MatMul(a, b, y, ta, tb, epilogue?.Invoke(y) ?? default);
        return y;
    }

    private static IEnumerable<Operand> ProductEpilogues(KernelInputs i, (int M, int K, int N) s)
    {
        foreach (Activation activation in Enum.GetValues<Activation>())
            yield return Product(
                i, 2, 1, s, false, true, y => new Epilogue(i.Uniform([s.N]), default, i.Uniform(y.Shape), activation, Alpha: 0.7f));
        yield return Product(i, 1, 1, s, false, false, y => new Epilogue(Residual: i.Uniform(y.Shape)));
        yield return Product(i, 1, 1, s, true, false, y =>
        {
            i.Device.Fill(y, 0.25);
            return new Epilogue(Accumulate: true);
        });
    }

    private static IEnumerable<KernelCase> Attentions(ScoreShape[] shapes)
    {
        foreach (ScoreShape s in shapes)
        {
            yield return new($"attention {s}", k => Attention(k, s), Rounding, 0.1);
            yield return new($"attention gradient {s}", k => AttentionGradient(k, s), Rounding, 0.1);
        }
    }

    private static Operand[] Attention(KernelInputs k, ScoreShape s)
    {
        Operand y = k.Output([s.Images, s.Queries, s.Heads * s.ValueDepth]), lse = k.Output([s.Images, s.Heads, s.Queries]);
        k.Device.Attention(k.Uniform(s.Q, -2, 2), k.Uniform(s.K, -2, 2), k.Uniform(s.V), s.BiasFrom(k), y, lse, s.Settings);
        return [y, lse];
    }

    // The gradient is given y and lse as the reference device computes them.
    private static Operand[] AttentionGradient(KernelInputs k, ScoreShape s)
    {
        Operand q = k.Uniform(s.Q, -2, 2), key = k.Uniform(s.K, -2, 2), v = k.Uniform(s.V), bias = s.BiasFrom(k);
        Operand y = k.Output([s.Images, s.Queries, s.Heads * s.ValueDepth]), lse = k.Output([s.Images, s.Heads, s.Queries]);
        Backend.Reference.Attention(q, key, v, bias, y, lse, s.Settings);
        Operand dq = k.Output(s.Q), dk = k.Output(s.K), dv = k.Output(s.V);
        Operand dbias = bias.Exists ? k.Output([s.Images, s.Heads, s.Queries, s.Keys]) : default;
        k.Device.AttentionGradient(new(q, key, v, bias, y, lse, k.Uniform(y.Shape), dq, dk, dv, dbias), s.Settings);
        return bias.Exists ? [dq, dk, dv, dbias] : [dq, dk, dv];
    }

    internal sealed record ScoreShape(
        int Images, int Queries, int Keys, int Heads, int Depth, int ValueDepth, bool Causal = false, Shape? Bias = null)
    {
        public Shape Q => [Images, Queries, Heads * Depth];
        public Shape K => [Images, Keys, Heads * Depth];
        public Shape V => [Images, Keys, Heads * ValueDepth];
        public AttentionSettings Settings => new(Heads, 1 / MathF.Sqrt(Depth), Causal);
        public Operand BiasFrom(KernelInputs k) => Bias is { } shape ? k.Uniform(shape, -3, 3) : default;
    }
}
