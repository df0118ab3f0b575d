namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    // A query that sees no key (all biases -inf, or causal with more queries than keys) gives zeros, and lse = -inf.
    internal override void Attention(Operand q, Operand k, Operand v, Operand bias, Operand y, Operand lse, AttentionSettings settings)
    {
        AttentionShape shape = new(q.Shape, k.Shape, v.Shape, settings);
        double[] p = new double[shape.Keys];
        Span<float> values = v.Floats, to = y.Floats;
        foreach (QueryRow row in shape.Rows())
        {
            double total = Probabilities(q, k, bias, shape, row, p);
            if (lse.Exists)
                lse.Floats[row.Index] = (float)total;
            for (int c = 0; c < shape.ValueDepth; c++)
            {
                double sum = 0;
                for (int j = 0; j < shape.Keys; j++)
                    sum += p[j] * values[shape.ValueAt(row, j) + c];
                to[shape.OutputAt(row) + c] = (float)sum;
            }
        }
    }

    // p = softmax(s), s = scale q k^T + bias, y = p v:
    // dv = p^T g;   dp = g v^T;   ds = p (dp - g . y);   dq = scale ds k;   dk = scale ds^T q;   dbias = ds
    internal override void AttentionGradient(AttentionGradientOperands o, AttentionSettings settings)
    {
        AttentionShape shape = new(o.Q.Shape, o.K.Shape, o.V.Shape, settings);
        double[] p = new double[shape.Keys];
        double[] dk = new double[o.K.Count], dv = new double[o.V.Count];
        foreach (QueryRow row in shape.Rows())
        {
            Probabilities(o.Q, o.K, o.Bias, shape, row, p);
            AddValueGradient(o, shape, row, p, dv);
            ScoreGradient(o, shape, row, p);
            AddKeyGradient(o, shape, row, p, dk);
            QueryGradient(o, shape, row, p);
            for (int j = 0; o.Dbias.Exists && j < shape.Keys; j++)
                o.Dbias.Floats[row.Index * shape.Keys + j] = (float)p[j];
        }
        Round(dk, o.Dk.Floats);
        Round(dv, o.Dv.Floats);
    }

    // Fills p with the probabilities of one query and returns the logarithm of the sum of exponentials of its scores.
    private static double Probabilities(Operand q, Operand k, Operand bias, AttentionShape shape, QueryRow row, double[] p)
    {
        double largest = double.NegativeInfinity;
        for (int j = 0; j < shape.Keys; j++)
        {
            p[j] = shape.Sees(row, j) ? Score(q, k, bias, shape, row, j) : double.NegativeInfinity;
            largest = Math.Max(largest, p[j]);
        }
        double total = double.IsNegativeInfinity(largest) ? largest : largest + Math.Log(p.Sum(score => Math.Exp(score - largest)));
        for (int j = 0; j < shape.Keys; j++)
            p[j] = double.IsNegativeInfinity(p[j]) ? 0 : Math.Exp(p[j] - total);
        return total;
    }

    private static double Score(Operand q, Operand k, Operand bias, AttentionShape shape, QueryRow row, int key)
    {
        ReadOnlySpan<float> query = q.Floats[shape.QueryAt(row)..], other = k.Floats[shape.KeyAt(row, key)..];
        double dot = 0;
        for (int c = 0; c < shape.Depth; c++)
            dot += (double)query[c] * other[c];
        return dot * shape.Scale + (bias.Exists ? bias.Floats[BiasAt(bias.Shape, row, key)] : 0);
    }

    // Bias is [b|1, heads|1, n|1, m].
    private static int BiasAt(Shape bias, QueryRow row, int key)
    {
        int image = bias[0] == 1 ? 0 : row.Image, head = bias[1] == 1 ? 0 : row.Head, query = bias[2] == 1 ? 0 : row.Query;
        return ((image * bias[1] + head) * bias[2] + query) * bias[3] + key;
    }

    private static void AddValueGradient(AttentionGradientOperands o, AttentionShape shape, QueryRow row, double[] p, double[] dv)
    {
        ReadOnlySpan<float> g = o.G.Floats[shape.OutputAt(row)..];
        for (int j = 0; j < shape.Keys; j++)
            for (int c = 0; c < shape.ValueDepth; c++)
                dv[shape.ValueAt(row, j) + c] += p[j] * g[c];
    }

    // p becomes ds.
    private static void ScoreGradient(AttentionGradientOperands o, AttentionShape shape, QueryRow row, double[] p)
    {
        ReadOnlySpan<float> g = o.G.Floats[shape.OutputAt(row)..], values = o.V.Floats;
        double[] dp = new double[shape.Keys];
        double mean = 0;
        for (int j = 0; j < shape.Keys; j++)
        {
            for (int c = 0; c < shape.ValueDepth; c++)
                dp[j] += (double)g[c] * values[shape.ValueAt(row, j) + c];
            mean += p[j] * dp[j];
        }
        for (int j = 0; j < shape.Keys; j++)
            p[j] *= dp[j] - mean;
    }

    private static void AddKeyGradient(AttentionGradientOperands o, AttentionShape shape, QueryRow row, double[] ds, double[] dk)
    {
        ReadOnlySpan<float> query = o.Q.Floats[shape.QueryAt(row)..];
        for (int j = 0; j < shape.Keys; j++)
            for (int c = 0; c < shape.Depth; c++)
                dk[shape.KeyAt(row, j) + c] += shape.Scale * ds[j] * query[c];
    }

    private static void QueryGradient(AttentionGradientOperands o, AttentionShape shape, QueryRow row, double[] ds)
    {
        ReadOnlySpan<float> keys = o.K.Floats;
        for (int c = 0; c < shape.Depth; c++)
        {
            double sum = 0;
            for (int j = 0; j < shape.Keys; j++)
                sum += ds[j] * keys[shape.KeyAt(row, j) + c];
            o.Dq.Floats[shape.QueryAt(row) + c] = (float)(shape.Scale * sum);
        }
    }

    private static void Round(ReadOnlySpan<double> x, Span<float> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = (float)x[i];
    }

    private readonly record struct QueryRow(int Index, int Image, int Head, int Query);

    // q [b, n, heads d], k [b, m, heads d], v [b, m, heads dv]: where each head's part of a token begins.
    private sealed class AttentionShape(Shape q, Shape k, Shape v, AttentionSettings settings)
    {
        public int Queries => q[1];
        public int Keys => k[1];
        public int Depth => q[2] / settings.Heads;
        public int ValueDepth => v[2] / settings.Heads;
        public double Scale => settings.Scale;
        public int QueryAt(QueryRow row) => (row.Image * q[1] + row.Query) * q[2] + row.Head * Depth;
        public int KeyAt(QueryRow row, int key) => (row.Image * k[1] + key) * k[2] + row.Head * Depth;
        public int ValueAt(QueryRow row, int key) => (row.Image * v[1] + key) * v[2] + row.Head * ValueDepth;
        public int OutputAt(QueryRow row) => (row.Image * q[1] + row.Query) * v[2] + row.Head * ValueDepth;
        public bool Sees(QueryRow row, int key) => !settings.Causal || key <= row.Query + Keys - Queries;

        public IEnumerable<QueryRow> Rows()
        {
            int index = 0;
            for (int image = 0; image < q[0]; image++)
                for (int head = 0; head < settings.Heads; head++)
                    for (int query = 0; query < q[1]; query++)
                        yield return new QueryRow(index++, image, head, query);
        }
    }
}
