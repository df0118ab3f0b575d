namespace Pareidolia.Tensors;

public sealed partial class Tensor
{
    /// <summary>
    /// softmax(q k^T scale + bias) v per head, https://arxiv.org/abs/1706.03762, computed in tiles so that the n x m scores never exist
    /// (https://arxiv.org/abs/2205.14135). q [b, n, heads * d], k [b, m, heads * d], v [b, m, heads * dv], result [b, n, heads * dv].
    /// </summary>
    /// <param name="q">Queries; heads lie side by side in the channels.</param>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="scale">Factor of the scores; null means 1 / sqrt(d).</param>
    /// <param name="causal">Hide keys that come after the query.</param>
    /// <param name="bias">Added to the scores, [b|1, heads|1, n|1, m]; -infinity hides a key.</param>
    public static Tensor Attention(Tensor q, Tensor k, Tensor v, int heads, float? scale = null, bool causal = false, Tensor? bias = null)
    {
        RequireAttention(Required(q), Required(k), Required(v), heads, bias);
        int d = q.Shape[2] / heads;
        AttentionSettings settings = new(heads, scale ?? 1 / MathF.Sqrt(d), causal);
        Tensor y = Empty(q.Shape.With(2, v.Shape[2]), q.Device);
        Tensor? lse = Tape.Watches(q, k, v, bias) ? Empty([q.Shape[0], heads, q.Shape[1]], q.Device) : null;
        q.Device.Attention(q.Operand, k.Operand, v.Operand, OptionalOperand(bias), y.Operand, OptionalOperand(lse), settings);
        return lse is null ? y : Tape.RecordJoint(y, [q, k, v, bias], [q, k, v, bias, y, lse], g => AttentionGradient(q, k, v, bias, y, lse, g, settings));
    }

    private static Tensor?[] AttentionGradient(Tensor q, Tensor k, Tensor v, Tensor? bias, Tensor y, Tensor lse, Tensor g, AttentionSettings settings)
    {
        Tensor dq = Empty(q.Shape, q.Device);
        Tensor dk = Empty(k.Shape, q.Device);
        Tensor dv = Empty(v.Shape, q.Device);
        // The gradient of a bias has one number a score: only then is an n x m array made.
        Tensor? dbias = bias?.Variable is null ? null : Zeros([q.Shape[0], settings.Heads, q.Shape[1], k.Shape[1]], q.Device);
        q.Device.AttentionGradient(
            new AttentionGradientOperands(
                q.Operand, k.Operand, v.Operand, OptionalOperand(bias), y.Operand, lse.Operand, g.Operand, dq.Operand, dk.Operand, dv.Operand, OptionalOperand(dbias)),
            settings);
        return [dq, dk, dv, dbias?.SumTo(bias!.Shape)];
    }

    private static void RequireAttention(Tensor q, Tensor k, Tensor v, int heads, Tensor? bias)
    {
        RequireFloats("attention", q, k, v, bias);
        foreach (Tensor t in (ReadOnlySpan<Tensor>)[q, k, v])
        {
            t.RequireRank("attention", 3, "[batch, tokens, heads * size]");
            if (heads < 1 || t.Shape[2] % heads != 0)
                throw new TensorException($"attention: the {t.Shape[2]} channels of {t.Shape} do not divide into {heads} heads");
        }
        if (q.Shape[0] != k.Shape[0] || k.Shape.With(2, 0) != v.Shape.With(2, 0) || q.Shape[2] != k.Shape[2])
            throw new TensorException($"attention: queries {q.Shape}, keys {k.Shape} and values {v.Shape} do not fit together");
        Shape scores = [q.Shape[0], heads, q.Shape[1], k.Shape[1]];
        if (bias is not null && (bias.Rank != 4 || bias.Shape[3] != k.Shape[1] || Shape.Broadcast(bias.Shape, scores, "attention bias") != scores))
            throw new TensorException($"attention: bias {bias.Shape} does not stretch to the scores {scores}");
    }
}
