using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>T5's attention: no biases, scores that are not scaled. Keys <c>q</c>, <c>k</c>, <c>v</c>, <c>o</c>.</summary>
internal sealed class T5Attention
{
    private readonly int _heads;
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly Linear _out;

    public T5Attention(T5Config config, WeightScope weights)
    {
        _heads = config.NumHeads;
        (int c, int inner, double factor) = (config.DModel, config.NumHeads * config.DKv, config.InitializerFactor);
        Linear Layer(string name, int from, int to, double deviation) => new(from, to, weights[name], bias: false, Initializer.Normal((float)(factor * deviation)));
        // The missing scale of the scores is in the start of the queries.
        _query = Layer("q", c, inner, 1 / Math.Sqrt((double)c * config.DKv));
        _key = Layer("k", c, inner, 1 / Math.Sqrt(c));
        _value = Layer("v", c, inner, 1 / Math.Sqrt(c));
        _out = Layer("o", inner, c, 1 / Math.Sqrt(inner));
    }

    /// <summary>Tokens x [b, n, c] look at a context [b, m, c], with a bias of the scores [b|1, heads|1, n|1, m], plus the residual [b, n, c].</summary>
    public Tensor Forward(Tensor x, Tensor context, Tensor? bias, Tensor residual, bool causal = false)
    {
        using Scope scope = new();
        Tensor seen = Tensor.Attention(_query.Forward(x), _key.Forward(context), _value.Forward(context), _heads, scale: 1, causal, bias);
        return scope.Keep(_out.Forward(seen, residual));
    }
}

/// <summary>What a score gains for the distance between two tokens; key <c>relative_attention_bias.weight</c> [buckets, heads].</summary>
internal sealed class T5PositionBias(T5Config config, bool bidirectional, WeightScope weights)
{
    private readonly Embedding _table = new(
        config.RelativeAttentionNumBuckets, config.NumHeads, weights["relative_attention_bias"], (float)(config.InitializerFactor / Math.Sqrt(config.DModel)));

    /// <summary>[1, heads, n, n].</summary>
    public Tensor Of(int tokens)
    {
        using Scope scope = new();
        int[] buckets = new int[tokens * tokens];
        for (int query = 0; query < tokens; query++)
            for (int key = 0; key < tokens; key++)
                buckets[(query * tokens) + key] = Bucket(key - query);
        Tensor rows = _table.Forward(Tensor.From(buckets, [1, tokens, tokens], _table.Weight.Device));       // [1, n, n, heads]
        return scope.Keep(rows.Permute(0, 3, 1, 2));
    }

    // Half of the buckets are one distance each, the others grow logarithmically up to the largest distance.
    private int Bucket(int distance)
    {
        int buckets = config.RelativeAttentionNumBuckets, first = 0;
        if (bidirectional)
        {
            buckets /= 2;
            first = distance > 0 ? buckets : 0;
            distance = Math.Abs(distance);
        }
        else
        {
            distance = Math.Max(0, -distance);
        }
        int exact = buckets / 2;
        if (distance < exact)
            return first + distance;
        float log = MathF.Log((float)distance / exact) / MathF.Log((float)config.RelativeAttentionMaxDistance / exact);
        return first + Math.Min(buckets - 1, exact + (int)(log * (buckets - exact)));
    }
}
