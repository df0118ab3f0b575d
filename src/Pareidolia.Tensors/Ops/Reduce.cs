namespace Pareidolia.Tensors;

public sealed partial class Tensor
{
    /// <summary>Sum of all elements, shape [].   dx = g</summary>
    public Tensor Sum() => Flat().Sum(0);

    /// <summary>Mean of all elements, shape [].</summary>
    public Tensor Mean() => Flat().Mean(0);

    /// <summary>Sum along an axis, which disappears unless kept with extent 1.   dx = g, stretched</summary>
    public Tensor Sum(int axis, bool keep = false) => Spread(ReduceOp.Sum, axis, keep, 1);

    /// <summary>Mean along an axis.   dx = g / n, stretched</summary>
    public Tensor Mean(int axis, bool keep = false) => Spread(ReduceOp.Mean, axis, keep, 1f / Math.Max(1, Shape[axis]));

    /// <summary>Variance along an axis, divided by n - correction.</summary>
    public Tensor Variance(int axis, bool keep = false, int correction = 1)
    {
        Tensor centred = this - Mean(axis, keep: true);
        return centred.Square().Sum(axis, keep).Scale(1f / (Shape[axis] - correction));
    }

    /// <summary>Largest element along an axis; equals share the gradient evenly.</summary>
    public Tensor Max(int axis, bool keep = false) => Extreme(ReduceOp.Max, axis, keep);

    /// <summary>Smallest element along an axis; equals share the gradient evenly.</summary>
    public Tensor Min(int axis, bool keep = false) => Extreme(ReduceOp.Min, axis, keep);

    /// <summary>log(sum(exp(x))) along an axis, the maximum subtracted first.   dx = exp(x - y) g</summary>
    public Tensor LogSumExp(int axis, bool keep = false)
    {
        int a = Shape.Axis(axis);
        Tensor kept = Reduced(ReduceOp.LogSumExp, a);
        Shape stretched = kept.Shape;
        return Tape.Record(keep ? kept : kept.View(Shape.Without(a)), [this, kept], (this, g => (this - kept).Exp() * g.View(stretched)));
    }

    /// <summary>Place of the largest element along an axis, the first of equals, as I32; no gradient.</summary>
    public Tensor ArgMax(int axis)
    {
        int a = Shape.Axis(axis);
        if (Shape[a] == 0)
            throw new TensorException($"argmax: axis {axis} of {Shape} is empty");
        RequireFloats("argmax");
        Tensor y = Empty(Shape.Without(a), Device, DType.I32);
        Device.ArgMax(Operand, y.Operand, Extent3.Of(Shape, a));
        return y;
    }

    /// <summary>Running sum along an axis.   dx = running sum of g from the end</summary>
    public Tensor CumSum(int axis)
    {
        int a = Shape.Axis(axis);
        return Tape.Record(Scanned(ScanOp.Sum, a, reverse: false), [], (this, g => g.Scanned(ScanOp.Sum, a, reverse: true)));
    }

    /// <summary>Running product along an axis.   dx_i = sum over j >= i of g_j y_j / x_i (x must not be 0 where a gradient is asked for)</summary>
    public Tensor CumProd(int axis)
    {
        int a = Shape.Axis(axis);
        Tensor y = Scanned(ScanOp.Product, a, reverse: false);
        return Tape.Record(y, [this, y], (this, g => (g * y).Scanned(ScanOp.Sum, a, reverse: true) / this));
    }

    /// <summary>Sums over the axes that broadcasting from <paramref name="shape"/> to this shape stretched.</summary>
    public Tensor SumTo(Shape shape)
    {
        if (shape == Shape)
            return this;
        if (Shape.Broadcast(Shape, shape, "sum to") != Shape)
            throw new TensorException($"sum to: {shape} does not stretch to {Shape}");
        RequireFloats("sum to");
        Tensor y = Empty(shape, Device);
        Device.SumTo(Operand, y.Operand);
        Shape old = Shape;
        return Tape.Record(y, [], (this, g => g.BroadcastTo(old)));
    }

    private Tensor Flat() => Reshape(-1);

    // Sum and mean: the gradient is spread evenly over the axis.
    private Tensor Spread(ReduceOp op, int axis, bool keep, float share)
    {
        int a = Shape.Axis(axis);
        Tensor kept = Reduced(op, a);
        Shape stretched = kept.Shape;
        Shape old = Shape;
        return Tape.Record(keep ? kept : kept.View(Shape.Without(a)), [], (this, g => g.View(stretched).Scale(share).BroadcastTo(old)));
    }

    // Max and min:   dx = g / (number of equals) where x is the extreme
    private Tensor Extreme(ReduceOp op, int axis, bool keep)
    {
        int a = Shape.Axis(axis);
        if (Shape[a] == 0)
            throw new TensorException($"{op}: axis {axis} of {Shape} is empty");
        Tensor kept = Reduced(op, a);
        Shape stretched = kept.Shape;
        return Tape.Record(keep ? kept : kept.View(Shape.Without(a)), [this, kept], (this, g =>
        {
            Tensor mask = EqualTo(kept);
            return mask * (g.View(stretched) / mask.Sum(a, keep: true));
        }
        ));
    }

    private Tensor Reduced(ReduceOp op, int axis)
    {
        RequireFloats(op.ToString());
        Tensor y = Empty(Shape.With(axis, 1), Device);
        Device.Reduce(op, Operand, y.Operand, Extent3.Of(Shape, axis));
        return y;
    }

    private Tensor Scanned(ScanOp op, int axis, bool reverse)
    {
        Tensor y = NewLike("scan");
        Device.Scan(op, Operand, y.Operand, Extent3.Of(Shape, axis), reverse);
        return y;
    }
}
