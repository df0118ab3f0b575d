namespace Pareidolia.Tensors;

public sealed partial class Tensor
{
    /// <summary>Rows of this table [v, c] at I32 ids of any shape: [.., c].   dtable row = sum of g at its id</summary>
    public Tensor Embedding(Tensor ids)
    {
        RequireWeights("embedding");
        RequireRank("embedding", 2, "[vocabulary, channels]");
        if (Required(ids).Type != DType.I32)
            throw new TensorException($"embedding: ids {ids} should be I32");
        foreach (int id in ids.ToIntArray())
            if ((uint)id >= (uint)Shape[0])
                throw new TensorException($"embedding: id {id} is outside the table's 0..{Shape[0] - 1}");
        Tensor y = Empty([.. ids.Shape, Shape[1]], Device);
        Device.Gather(Operand, ids.Operand, y.Operand);
        Shape table = Shape;
        return Tape.Record(y, [ids], (this, g =>
        {
            Tensor dtable = Zeros(table, g.Device);
            g.Device.ScatterAdd(g.Operand, ids.Operand, dtable.Operand);
            return dtable;
        }
        ));
    }

    /// <summary>Rows at given places along the first axis, whatever the rank.</summary>
    public Tensor Rows(ReadOnlySpan<int> places)
    {
        RequireFloats("rows");
        Tensor table = Reshape(Shape[0], -1);
        Tensor picked = table.Embedding(From(places, [places.Length], Device));
        return picked.Reshape([.. Shape.With(0, places.Length)]);
    }

    /// <summary>Softmax over the last axis, the maximum subtracted.   dx = y (g - sum(g y))</summary>
    public Tensor Softmax() => SoftmaxOf(log: false);

    /// <summary>Logarithm of the softmax over the last axis.   dx = g - softmax(x) sum(g)</summary>
    public Tensor LogSoftmax() => SoftmaxOf(log: true);

    private Tensor SoftmaxOf(bool log)
    {
        if (Rank == 0)
            throw new TensorException("softmax: a scalar has no last axis");
        Tensor y = NewLike("softmax");
        Device.Softmax(Operand, y.Operand, log);
        return Tape.Record(y, [y], (this, g =>
        {
            Tensor dx = Empty(y.Shape, y.Device);
            y.Device.SoftmaxGradient(y.Operand, g.Operand, dx.Operand, log);
            return dx;
        }
        ));
    }
}
