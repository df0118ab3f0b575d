using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    internal override void Unary(UnaryOp op, Operand x, Operand y)
    {
        Span<float> from = x.Floats, to = y.Floats;
        for (int i = 0; i < to.Length; i++)
            to[i] = (float)ScalarMath.Value(op, from[i]);
    }

    internal override void UnaryGradient(UnaryOp op, Operand x, Operand g, Operand dx)
    {
        Span<float> at = x.Floats, gradient = g.Floats, to = dx.Floats;
        for (int i = 0; i < to.Length; i++)
            to[i] = (float)(gradient[i] * ScalarMath.Derivative(op, at[i]));
    }

    internal override void Binary(BinaryOp op, Operand a, Operand b, Operand y)
    {
        if (y.Count == 0)
            return;
        Shape shape = y.Shape.Rank == 0 ? [1] : y.Shape;
        Box left = BoxWalk.Stretched(a.Shape, shape), right = BoxWalk.Stretched(b.Shape, shape);
        int length = shape[-1], at = 0;
        int la = (int)left.Strides[shape.Rank - 1], lb = (int)right.Strides[shape.Rank - 1];
        BoxWalk walk = new(shape, left, right);
        do
        {
            Span<float> lefts = a.Floats[(int)walk.First..], rights = b.Floats[(int)walk.Second..], row = y.Floats.Slice(at, length);
            for (int i = 0; i < length; i++)
                row[i] = (float)ScalarMath.Value(op, lefts[i * la], rights[i * lb]);
            at += length;
        }
        while (walk.Next());
    }

    internal override void Affine(Operand x, Operand y, float alpha, float beta)
    {
        Span<float> from = x.Floats, to = y.Floats;
        for (int i = 0; i < to.Length; i++)
            to[i] = (float)((double)alpha * from[i] + beta);
    }

    internal override void AddScaled(Operand x, Operand y, float alpha)
    {
        Span<float> from = x.Floats, to = y.Floats;
        for (int i = 0; i < to.Length; i++)
            to[i] = (float)(to[i] + (double)alpha * from[i]);
    }

    internal override void Geglu(Operand x, Operand y)
    {
        Span<float> from = x.Floats, to = y.Floats;
        int n = y.Shape[-1];
        for (int i = 0; i < to.Length; i++)
        {
            int value = i / n * 2 * n + i % n;
            to[i] = (float)(from[value] * ScalarMath.Value(UnaryOp.Gelu, from[value + n]));
        }
    }

    // y = v gelu(u):   dv = g gelu(u), du = g v gelu'(u)
    internal override void GegluGradient(Operand x, Operand g, Operand dx)
    {
        Span<float> from = x.Floats, gradient = g.Floats, to = dx.Floats;
        int n = g.Shape[-1];
        for (int i = 0; i < gradient.Length; i++)
        {
            int value = i / n * 2 * n + i % n;
            to[value] = (float)(gradient[i] * ScalarMath.Value(UnaryOp.Gelu, from[value + n]));
            to[value + n] = (float)((double)gradient[i] * from[value] * ScalarMath.Derivative(UnaryOp.Gelu, from[value + n]));
        }
    }
}
