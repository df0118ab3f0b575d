using Pareidolia.Tensors.Kernels;
using Pareidolia.Tensors.Reference;

namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    internal override void Unary(UnaryOp op, Operand x, Operand y)
    {
        switch (op)
        {
            case UnaryOp.Negate: Map(default(Operators.Negate), x, y); break;
            case UnaryOp.Abs: Map(default(Operators.Abs), x, y); break;
            case UnaryOp.Sign: Map(default(Operators.Sign), x, y); break;
            case UnaryOp.Floor: Map(default(Operators.Floor), x, y); break;
            case UnaryOp.Round: Map(default(Operators.Round), x, y); break;
            case UnaryOp.Reciprocal: Map(default(Operators.Reciprocal), x, y); break;
            case UnaryOp.Square: Map(default(Operators.Square), x, y); break;
            case UnaryOp.Sqrt: Map(default(Operators.Sqrt), x, y); break;
            case UnaryOp.Rsqrt: Map(default(Operators.Rsqrt), x, y); break;
            case UnaryOp.Exp: Map(default(Operators.Exp), x, y); break;
            case UnaryOp.Log: Map(default(Operators.Log), x, y); break;
            case UnaryOp.Tanh: Map(default(Operators.Tanh), x, y); break;
            case UnaryOp.Erf: Map(default(Operators.Erf), x, y); break;
            case UnaryOp.Sigmoid: Map(default(Operators.Sigmoid), x, y); break;
            case UnaryOp.LogSigmoid: Map(default(Operators.LogSigmoid), x, y); break;
            case UnaryOp.Softplus: Map(default(Operators.Softplus), x, y); break;
            case UnaryOp.Relu: Map(default(Operators.Relu), x, y); break;
            case UnaryOp.LeakyRelu: Map(default(Operators.LeakyRelu), x, y); break;
            case UnaryOp.Elu: Map(default(Operators.Elu), x, y); break;
            case UnaryOp.Silu: Map(default(Operators.Silu), x, y); break;
            case UnaryOp.Gelu: Map(default(Operators.Gelu), x, y); break;
            case UnaryOp.GeluTanh: Map(default(Operators.GeluTanh), x, y); break;
            case UnaryOp.QuickGelu: Map(default(Operators.QuickGelu), x, y); break;
            case UnaryOp.Mish: Map(default(Operators.Mish), x, y); break;
            case UnaryOp.HardSwish: Map(default(Operators.HardSwish), x, y); break;
            default: Map(new Operators.ByDefinition(op), x, y); break;
        }
    }

    internal override void UnaryGradient(UnaryOp op, Operand x, Operand g, Operand dx)
    {
        switch (op)
        {
            case UnaryOp.Negate: Zip(default(Gradients.Negate), x, g, dx); break;
            case UnaryOp.Abs: Zip(default(Gradients.Abs), x, g, dx); break;
            case UnaryOp.Sign or UnaryOp.Floor or UnaryOp.Round: Zip(default(Gradients.Step), x, g, dx); break;
            case UnaryOp.Reciprocal: Zip(default(Gradients.Reciprocal), x, g, dx); break;
            case UnaryOp.Square: Zip(default(Gradients.Square), x, g, dx); break;
            case UnaryOp.Sqrt: Zip(default(Gradients.Sqrt), x, g, dx); break;
            case UnaryOp.Rsqrt: Zip(default(Gradients.Rsqrt), x, g, dx); break;
            case UnaryOp.Exp: Zip(default(Gradients.Exp), x, g, dx); break;
            case UnaryOp.Log: Zip(default(Gradients.Log), x, g, dx); break;
            case UnaryOp.Tanh: Zip(default(Gradients.Tanh), x, g, dx); break;
            case UnaryOp.Erf: Zip(default(Gradients.Erf), x, g, dx); break;
            case UnaryOp.Sigmoid: Zip(default(Gradients.Sigmoid), x, g, dx); break;
            case UnaryOp.LogSigmoid: Zip(default(Gradients.LogSigmoid), x, g, dx); break;
            case UnaryOp.Softplus: Zip(default(Gradients.Softplus), x, g, dx); break;
            case UnaryOp.Relu: Zip(default(Gradients.Relu), x, g, dx); break;
            case UnaryOp.LeakyRelu: Zip(default(Gradients.LeakyRelu), x, g, dx); break;
            case UnaryOp.Elu: Zip(default(Gradients.Elu), x, g, dx); break;
            case UnaryOp.Silu: Zip(default(Gradients.Silu), x, g, dx); break;
            case UnaryOp.Gelu: Zip(default(Gradients.Gelu), x, g, dx); break;
            case UnaryOp.GeluTanh: Zip(default(Gradients.GeluTanh), x, g, dx); break;
            case UnaryOp.QuickGelu: Zip(default(Gradients.QuickGelu), x, g, dx); break;
            case UnaryOp.Mish: Zip(default(Gradients.Mish), x, g, dx); break;
            case UnaryOp.HardSwish: Zip(default(Gradients.HardSwish), x, g, dx); break;
            default: Zip(new Gradients.ByDefinition(op), x, g, dx); break;
        }
    }

    internal override void Binary(BinaryOp op, Operand a, Operand b, Operand y)
    {
        switch (op)
        {
            case BinaryOp.Add: Zip(default(Pairs.Add), a, b, y); break;
            case BinaryOp.Subtract: Zip(default(Pairs.Subtract), a, b, y); break;
            case BinaryOp.Multiply: Zip(default(Pairs.Multiply), a, b, y); break;
            case BinaryOp.Divide: Zip(default(Pairs.Divide), a, b, y); break;
            case BinaryOp.Maximum: Zip(default(Pairs.Maximum), a, b, y); break;
            case BinaryOp.Minimum: Zip(default(Pairs.Minimum), a, b, y); break;
            case BinaryOp.Less: Zip(default(Pairs.Less), a, b, y); break;
            case BinaryOp.LessOrEqual: Zip(default(Pairs.LessOrEqual), a, b, y); break;
            case BinaryOp.Equal: Zip(default(Pairs.Equal), a, b, y); break;
            default: Zip(new Pairs.ByDefinition(op), a, b, y); break;
        }
    }

    internal override void Affine(Operand x, Operand y, float alpha, float beta) => Map(new Operators.Affine(alpha, beta), x, y);

    internal override void AddScaled(Operand x, Operand y, float alpha) => Zip(new Pairs.AddScaled(alpha), y, x, y);

    internal override void Geglu(Operand x, Operand y)
    {
        int n = y.Shape[-1];
        // Halves of one element lie two apart: no lanes run along them.
        if (n == 1)
            base.Geglu(x, y);
        else if (y.Count > 0)
            Zip(default(Pairs.Geglu), HalfRows(x, n), x.Pointer, x.Pointer + n, y);
    }

    // y = v gelu(u):   dv = g gelu(u), du = g v gelu'(u)
    internal override void GegluGradient(Operand x, Operand g, Operand dx)
    {
        int n = g.Shape[-1], rows = n == 0 ? 0 : (int)(g.Count / n);
        int perTask = Math.Max(1, LaneWorkers.Grain / Math.Max(1, n));
        LaneWorkers.Run(LaneWorkers.Pieces(rows, perTask), new GegluGradientRows(x.Pointer, g.Pointer, dx.Pointer, rows, n, perTask));
    }

    private static void Map<TOp>(TOp op, Operand x, Operand y)
        where TOp : struct, IUnaryOperator =>
        LaneWorkers.Run(LaneWorkers.Pieces(y.Count, LaneWorkers.Grain), new UnarySweep<TOp>(op, x.Pointer, y.Pointer, y.Count));

    private static void Zip<TOp>(TOp op, Operand a, Operand b, Operand y)
        where TOp : struct, IBinaryOperator
    {
        if (y.Count > 0)
            Zip(op, new LoopNest(y.Shape, BoxWalk.Stretched(a.Shape, y.Shape).Strides, BoxWalk.Stretched(b.Shape, y.Shape).Strides), a.Pointer, b.Pointer, y);
    }

    private static void Zip<TOp>(TOp op, LoopNest nest, float* a, float* b, Operand y)
        where TOp : struct, IBinaryOperator
    {
        BinarySweep<TOp> sweep = new(op, nest, a, b, y.Pointer);
        LaneWorkers.Run(sweep.Tasks, sweep);
    }

    // Rows of n out of rows of 2 n.
    private static LoopNest HalfRows(Operand x, int n)
    {
        Strides strides = default;
        (strides[0], strides[1]) = (2 * n, 1);
        return new LoopNest([(int)(x.Count / (2 * n)), n], strides, strides);
    }
}
