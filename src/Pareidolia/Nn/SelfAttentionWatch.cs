// Improving Sample Quality of Diffusion Models Using Self-Attention Guidance, https://arxiv.org/abs/2210.00939, section 4
using Pareidolia.Tensors;

namespace Pareidolia.Nn;

/// <summary>How much pixels are looked at by each other, in the first layer that runs while it is open.</summary>
internal sealed class SelfAttentionWatch
{
    [ThreadStatic]
    private static SelfAttentionWatch? s_open;

    /// <summary>
    /// For each picture and pixel the shares of attention that it gets, the mean over heads, summed over all that look: 1 where all are looked at alike;
    /// null as long as nothing was seen.
    /// </summary>
    public float[]? Sums { get; private set; }

    /// <summary>Opens it on this thread, until what it gives is disposed.</summary>
    public IDisposable Open()
    {
        Opening opening = new(s_open);
        s_open = this;
        return opening;
    }

    /// <summary>Looks at one layer, if one is open that has seen none.</summary>
    /// <param name="query">[b, n, heads d].</param>
    /// <param name="key">[b, n, heads d].</param>
    /// <param name="heads">Heads.</param>
    public static void See(Tensor query, Tensor key, int heads)
    {
        if (s_open is { Sums: null } watch)
            watch.Sums = SumsOf(query, key, heads);
    }

    private static float[] SumsOf(Tensor query, Tensor key, int heads)
    {
        using Scope scope = new();
        using IDisposable pause = Tape.Pause();
        Tensor q = Heads(query, heads), k = Heads(key, heads);                                              // [b heads, n, d]
        Tensor shares = q.MatMul(k, transposeOther: true).Scale(1 / MathF.Sqrt(q.Shape[2])).Softmax();      // [b heads, n, n]
        return shares.Sum(1).Reshape(query.Shape[0], heads, query.Shape[1]).Mean(1).ToArray();
    }

    private static Tensor Heads(Tensor x, int heads)
    {
        (int b, int n, int d) = (x.Shape[0], x.Shape[1], x.Shape[2] / heads);
        return x.Reshape(b, n, heads, d).Permute(0, 2, 1, 3).Reshape(b * heads, n, d);
    }

    private sealed class Opening(SelfAttentionWatch? outer) : IDisposable
    {
        public void Dispose() => s_open = outer;
    }
}
