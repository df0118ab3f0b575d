// "What the DAAM: Interpreting Stable Diffusion Using Cross Attention", https://arxiv.org/abs/2210.04885
using Pareidolia.Tensors;

namespace Pareidolia.Nn;

/// <summary>
/// While one is open on a thread, the attention of pixels to a text's tokens is added up for each token, over heads, layers and steps: where in the
/// picture each word is looked at. Of several rows that a network answers at once, the last counts.
/// </summary>
internal sealed class AttentionWatch : IDisposable
{
    [ThreadStatic]
    private static AttentionWatch? s_open;

    private readonly AttentionWatch? _outer = s_open;
    private readonly int _rows;
    private readonly int _columns;
    private readonly float[] _sum;
    private readonly int _tokens;

    /// <summary>Opens one; it ends on the thread that opened it.</summary>
    /// <param name="rows">Rows of the sample.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="tokens">Tokens of the text; other contexts are passed over.</param>
    public AttentionWatch(int rows, int columns, int tokens)
    {
        (_rows, _columns, _tokens, _sum) = (rows, columns, tokens, new float[rows * columns * tokens]);
        s_open = this;
    }

    /// <summary>How many layers were seen, in all steps.</summary>
    public int Seen { get; private set; }

    /// <summary>Looks at one layer, if one is open.</summary>
    /// <param name="query">[b, n, heads d] of the pixels.</param>
    /// <param name="key">[b, m, heads d] of the text.</param>
    /// <param name="heads">Heads.</param>
    public static void See(Tensor query, Tensor key, int heads) => s_open?.Add(query, key, heads);

    /// <summary>Mean attention [rows, columns] to one token: 0 to 1.</summary>
    public float[] Of(int token)
    {
        float[] map = new float[_rows * _columns];
        for (int i = 0; i < map.Length; i++)
            map[i] = _sum[(i * _tokens) + token] / Math.Max(1, Seen);
        return map;
    }

    /// <inheritdoc/>
    public void Dispose() => s_open = _outer;

    private void Add(Tensor query, Tensor key, int heads)
    {
        if (key.Shape[1] != _tokens || Grid(query.Shape[1]) is not (int rows, int columns))
            return;
        using Scope scope = new();
        using IDisposable pause = Tape.Pause();
        Tensor q = Heads(query, heads), k = Heads(key, heads);                                              // [heads, n, d], [heads, m, d]
        Tensor shares = q.MatMul(k, transposeOther: true).Scale(1 / MathF.Sqrt(q.Shape[2])).Softmax().Mean(0);   // [n, m]
        float[] map = shares.Reshape(1, rows, columns, _tokens).Interpolate(_rows, _columns, Interpolation.Bilinear).ToArray();
        for (int i = 0; i < map.Length; i++)
            _sum[i] += map[i];
        Seen++;
    }

    private static Tensor Heads(Tensor x, int heads) =>
        x.Slice(0, x.Shape[0] - 1, 1).Reshape(x.Shape[1], heads, x.Shape[2] / heads).Permute(1, 0, 2);

    // The level of the network that has so many pixels.
    private (int Rows, int Columns)? Grid(int pixels)
    {
        for (int factor = 1; factor <= Math.Max(_rows, _columns); factor *= 2)
            if ((_rows + factor - 1) / factor is int rows && (_columns + factor - 1) / factor is int columns && rows * columns == pixels)
                return (rows, columns);
        return null;
    }
}
