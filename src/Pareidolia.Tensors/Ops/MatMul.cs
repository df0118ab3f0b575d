namespace Pareidolia.Tensors;

public sealed partial class Tensor
{
    /// <summary>
    /// Matrix product of [.., m, k] and [.., k, n] with broadcast leading axes; a transposed operand is stored as [.., k, m] or [.., n, k].
    /// dA = G B^T, dB = A^T G
    /// </summary>
    public Tensor MatMul(Tensor other, bool transposeThis = false, bool transposeOther = false)
    {
        Tensor b = Required(other);
        RequireFloats("matmul");
        b.RequireFloats("matmul");
        if (Rank < 2 || b.Rank < 2)
            throw new TensorException($"matmul: left {Shape} and right {b.Shape} should have at least 2 axes");
        int k = Shape[transposeThis ? -2 : -1];
        int otherK = b.Shape[transposeOther ? -1 : -2];
        if (k != otherK)
            throw new TensorException($"matmul: left {Shape} and right {b.Shape} disagree on {k} vs {otherK}");
        Tensor y = Product(this, b, transposeThis, transposeOther);
        return Tape.Record(
            y,
            [this, b],
            (this, g => (transposeThis ? Product(b, g, transposeOther, true) : Product(g, b, false, !transposeOther)).SumTo(Shape)),
            (b, g => (transposeOther ? Product(g, this, true, transposeThis) : Product(this, g, !transposeThis, false)).SumTo(b.Shape)));
    }

    /// <summary>
    /// y [.., out] = x [.., in] W^T + bias (+ residual), W [out, in] as checkpoints store it.
    /// dx = g W, dW = g^T x, dbias = sum of g over rows, dresidual = g
    /// </summary>
    public Tensor Linear(Tensor weight, Tensor? bias = null, Tensor? residual = null)
    {
        Tensor w = Required(weight);
        RequireFloats("linear", this, bias, residual);
        w.RequireWeights("linear");
        if (w.Rank != 2 || Rank == 0 || Shape[-1] != w.Shape[1])
            throw new TensorException($"linear: input {Shape} does not fit weight {w.Shape}, which takes [.., {w.Shape[-1]}]");
        if (bias is not null && bias.Shape != new Shape([w.Shape[0]]))
            throw new TensorException($"linear: bias {bias.Shape} should be [{w.Shape[0]}]");
        Tensor y = Empty(Shape.With(-1, w.Shape[0]), Device);
        if (residual is not null)
            y.RequireSame("linear residual", residual);
        Epilogue epilogue = new(Bias: OptionalOperand(bias), Residual: OptionalOperand(residual is null ? null : residual.View(y.Rows())));
        if (!Tape.Watches(this, w, bias, residual) && QuantisedProducts.Suit(y.Rows()[0], w.Shape[1], w.Shape[0]))
        {
            Device.Conv2dQuantised(Line(this), w.Operand with { Shape = [w.Shape[0], 1, 1, w.Shape[1]] }, Line(y), new ConvGeometry(1, 1), epilogue);
            return y;
        }
        Device.MatMul(Batched(this), Batched(w), Batched(y), false, true, epilogue);
        Tape.Rule[] rules = [g => RowProduct(g, w, transposeB: false, Shape), g => Outer(g, this), g => g.View(g.Rows()).SumTo([w.Shape[0]]), g => g];
        return RecordOptional(y, [this, w], [this, w, bias, residual], rules);
    }

    /// <summary>Rows of the last axis: [.., c] as [rows, c].</summary>
    internal Shape Rows() => [checked((int)Shape.Product(0, Rank - 1)), Shape[-1]];

    internal static Operand OptionalOperand(Tensor? tensor) => tensor?.Operand ?? default;

    // Records rules for those inputs that were given.
    internal static Tensor RecordOptional(Tensor y, ReadOnlySpan<Tensor> saved, Tensor?[] inputs, Tape.Rule[] rules)
    {
        if (!Tape.Watches(inputs))
            return y;
        List<(Tensor, Tape.Rule)> present = [];
        for (int i = 0; i < inputs.Length; i++)
            if (inputs[i] is Tensor input)
                present.Add((input, rules[i]));
        return Tape.Record(y, saved, [.. present]);
    }

    private static Tensor Product(Tensor a, Tensor b, bool transposeA, bool transposeB)
    {
        int m = a.Shape[transposeA ? -1 : -2];
        int n = b.Shape[transposeB ? -2 : -1];
        Shape batch = Shape.Broadcast(BatchOf(a), BatchOf(b), "matmul");
        Tensor y = Empty([.. batch, m, n], a.Device);
        Operand left = BatchOperand(a, batch, a.Device);
        Operand right = BatchOperand(b, batch, b.Device);
        a.Device.MatMul(left, right, y.Operand with { Shape = [checked((int)batch.Count), m, n] }, transposeA, transposeB, default);
        return y;
    }

    private static Shape BatchOf(Tensor t)
    {
        Span<int> extents = stackalloc int[t.Rank];
        t.Shape.CopyTo(extents);
        return new Shape(extents[..^2]);
    }

    // One matrix for all, or one for each: what is in between is stretched first.
    private static Operand BatchOperand(Tensor t, Shape batch, Backend device)
    {
        Shape own = BatchOf(t);
        Tensor stretched = own.Count == 1 || own.Count == batch.Count ? t : t.BroadcastTo([.. batch, t.Shape[-2], t.Shape[-1]]);
        return stretched.Operand with { Shape = [checked((int)(own.Count == 1 ? 1 : batch.Count)), t.Shape[-2], t.Shape[-1]] };
    }

    private static Operand Batched(Tensor t)
    {
        Shape rows = t.Rows();
        return t.Operand with { Shape = [1, rows[0], rows[1]] };
    }

    // Rows as the pixels of a picture of one line.
    private static Operand Line(Tensor t)
    {
        Shape rows = t.Rows();
        return t.Operand with { Shape = [1, 1, rows[0], rows[1]] };
    }

    private static Tensor RowProduct(Tensor g, Tensor w, bool transposeB, Shape shape)
    {
        Tensor dx = Empty(shape, g.Device);
        g.Device.MatMul(Batched(g), Batched(w), Batched(dx), false, transposeB, default);
        return dx;
    }

    // g^T x over all rows
    private static Tensor Outer(Tensor g, Tensor x)
    {
        Tensor dw = Empty([g.Shape[-1], x.Shape[-1]], g.Device);
        g.Device.MatMul(Batched(g), Batched(x), Batched(dw), true, false, default);
        return dw;
    }
}
