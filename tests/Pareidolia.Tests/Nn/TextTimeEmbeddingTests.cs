using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Nn;

/// <summary>The pooled text against its definition, written out in loops.</summary>
public sealed class TextTimeEmbeddingTests
{
    private const int Width = 6;
    private const int Heads = 2;

    [Fact]
    public void A_text_is_pooled_by_its_mean_looking_at_all_tokens()
    {
        using WeightStore store = WeightStore.Initialise(3);
        TextTimeEmbedding embedding = new(Width, 4, Heads, store.Root);
        Dictionary<string, Tensor> weights = store.Parameters.ToDictionary(p => p.Name, p => p.Tensor);
        weights["norm2.weight"].CopyFrom(Tensor.Full([4], 1));
        float[] tokens = [.. Enumerable.Range(0, 3 * Width).Select(i => MathF.Sin(i * 1.7f))];
        using Scope scope = new();
        float[] actual = embedding.Forward(Tensor.From(tokens, [1, 3, Width])).ToArray();
        Assert.Equal(Expected(tokens, name => [.. weights[name].ToArray().Select(value => (double)value)]), actual.Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    private static double[] Expected(float[] tokens, Func<string, double[]> weight)
    {
        List<double[]> rows = [.. tokens.Chunk(Width).Select(row => Normed([.. row.Select(value => (double)value)]))];
        double[] mean = [.. Enumerable.Range(0, Width).Select(i => rows.Average(row => row[i]) + weight("pool.positional_embedding")[i])];
        rows.Insert(0, mean);
        double[] query = Linear("pool.q_proj", mean), pooled = new double[Width];
        double[][] keys = [.. rows.Select(row => Linear("pool.k_proj", row))], values = [.. rows.Select(row => Linear("pool.v_proj", row))];
        int size = Width / Heads;
        for (int head = 0; head < Heads; head++)
        {
            Range part = (head * size)..((head + 1) * size);
            double[] scores = [.. keys.Select(key => Math.Exp(query[part].Zip(key[part], (a, b) => a * b).Sum() / Math.Sqrt(size)))];
            for (int i = part.Start.Value; i < part.End.Value; i++)
                pooled[i] = scores.Zip(values, (score, value) => score * value[i]).Sum() / scores.Sum();
        }
        return Normed(Linear("proj", pooled));

        double[] Linear(string name, double[] x) => [.. weight(name + ".bias").Select((bias, i) =>
            bias + x.Select((value, j) => value * weight(name + ".weight")[(i * x.Length) + j]).Sum())];
    }

    private static double[] Normed(double[] x)
    {
        double mean = x.Average(), deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + 1e-5);
        return [.. x.Select(value => (value - mean) / deviation)];
    }
}
