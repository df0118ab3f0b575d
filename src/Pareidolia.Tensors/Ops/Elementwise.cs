namespace Pareidolia.Tensors;

public sealed partial class Tensor
{
    /// <summary>-x.</summary>
    public Tensor Negate() => Scale(-1);

    /// <summary>|x|; gradient 0 at 0.</summary>
    public Tensor Abs() => Map(UnaryOp.Abs);

    /// <summary>-1, 0 or 1; no gradient.</summary>
    public Tensor Sign() => Map(UnaryOp.Sign);

    /// <summary>Largest integer not above x; no gradient.</summary>
    public Tensor Floor() => Map(UnaryOp.Floor);

    /// <summary>Nearest integer, ties to even; no gradient.</summary>
    public Tensor Round() => Map(UnaryOp.Round);

    /// <summary>1 / x.</summary>
    public Tensor Reciprocal() => Map(UnaryOp.Reciprocal);

    /// <summary>x^2.</summary>
    public Tensor Square() => Map(UnaryOp.Square);

    /// <summary>Square root.</summary>
    public Tensor Sqrt() => Map(UnaryOp.Sqrt);

    /// <summary>1 / sqrt(x).</summary>
    public Tensor Rsqrt() => Map(UnaryOp.Rsqrt);

    /// <summary>e^x.</summary>
    public Tensor Exp() => Map(UnaryOp.Exp);

    /// <summary>Natural logarithm.</summary>
    public Tensor Log() => Map(UnaryOp.Log);

    /// <summary>Sine of radians.</summary>
    public Tensor Sin() => Map(UnaryOp.Sin);

    /// <summary>Cosine of radians.</summary>
    public Tensor Cos() => Map(UnaryOp.Cos);

    /// <summary>Hyperbolic tangent.</summary>
    public Tensor Tanh() => Map(UnaryOp.Tanh);

    /// <summary>Error function.</summary>
    public Tensor Erf() => Map(UnaryOp.Erf);

    /// <summary>1 / (1 + e^-x).</summary>
    public Tensor Sigmoid() => Map(UnaryOp.Sigmoid);

    /// <summary>log(sigmoid(x)).</summary>
    public Tensor LogSigmoid() => Map(UnaryOp.LogSigmoid);

    /// <summary>log(1 + e^x).</summary>
    public Tensor Softplus() => Map(UnaryOp.Softplus);

    /// <summary>max(x, 0).</summary>
    public Tensor Relu() => Map(UnaryOp.Relu);

    /// <summary>x where positive, else 0.2 x (the slope of GAN discriminators).</summary>
    public Tensor LeakyRelu() => Map(UnaryOp.LeakyRelu);

    /// <summary>x where positive, else e^x - 1.</summary>
    public Tensor Elu() => Map(UnaryOp.Elu);

    /// <summary>x sigmoid(x), https://arxiv.org/abs/1702.03118.</summary>
    public Tensor Silu() => Map(UnaryOp.Silu);

    /// <summary>x Phi(x), exact, https://arxiv.org/abs/1606.08415.</summary>
    public Tensor Gelu() => Map(UnaryOp.Gelu);

    /// <summary>The tanh approximation of <see cref="Gelu"/> (GPT-2's).</summary>
    public Tensor GeluTanh() => Map(UnaryOp.GeluTanh);

    /// <summary>x sigmoid(1.702 x) (CLIP's).</summary>
    public Tensor QuickGelu() => Map(UnaryOp.QuickGelu);

    /// <summary>x tanh(softplus(x)).</summary>
    public Tensor Mish() => Map(UnaryOp.Mish);

    /// <summary>x clamp(x + 3, 0, 6) / 6.</summary>
    public Tensor HardSwish() => Map(UnaryOp.HardSwish);

    /// <summary>alpha x.</summary>
    public Tensor Scale(float alpha) => Affine(alpha, 0);

    /// <summary>alpha x + beta.   dx = alpha g</summary>
    public Tensor Affine(float alpha, float beta)
    {
        Tensor y = NewLike("affine");
        Device.Affine(Operand, y.Operand, alpha, beta);
        return Tape.Record(y, [], (this, g => g.Scale(alpha)));
    }

    /// <summary>x kept within [low, high]; gradient 0 outside.</summary>
    public Tensor Clamp(float low, float high) => Minimum(Constant(high)).Maximum(Constant(low));

    /// <summary>a + b with broadcasting.   da = g, db = g</summary>
    public static Tensor operator +(Tensor a, Tensor b) =>
        Tape.Record(Zip(BinaryOp.Add, a, b), [], (a, g => g.SumTo(a.Shape)), (b, g => g.SumTo(b.Shape)));

    /// <summary>a - b with broadcasting.   da = g, db = -g</summary>
    public static Tensor operator -(Tensor a, Tensor b) =>
        Tape.Record(Zip(BinaryOp.Subtract, a, b), [], (a, g => g.SumTo(a.Shape)), (b, g => g.SumTo(b.Shape).Negate()));

    /// <summary>a b with broadcasting.   da = g b, db = g a</summary>
    public static Tensor operator *(Tensor a, Tensor b) =>
        Tape.Record(Zip(BinaryOp.Multiply, a, b), [a, b], (a, g => (g * b).SumTo(a.Shape)), (b, g => (g * a).SumTo(b.Shape)));

    /// <summary>a / b with broadcasting.   da = g / b, db = -g a / b^2</summary>
    public static Tensor operator /(Tensor a, Tensor b) =>
        Tape.Record(Zip(BinaryOp.Divide, a, b), [a, b], (a, g => (g / b).SumTo(a.Shape)), (b, g => (g * a / b.Square()).SumTo(b.Shape).Negate()));

    /// <summary>x + beta.</summary>
    public static Tensor operator +(Tensor x, float beta) => Required(x).Affine(1, beta);

    /// <summary>x - beta.</summary>
    public static Tensor operator -(Tensor x, float beta) => Required(x).Affine(1, -beta);

    /// <summary>alpha x.</summary>
    public static Tensor operator *(Tensor x, float alpha) => Required(x).Scale(alpha);

    /// <summary>alpha x.</summary>
    public static Tensor operator *(float alpha, Tensor x) => Required(x).Scale(alpha);

    /// <summary>x / divisor.</summary>
    public static Tensor operator /(Tensor x, float divisor) => Required(x).Scale(1 / divisor);

    /// <summary>-x.</summary>
    public static Tensor operator -(Tensor x) => Required(x).Negate();

    /// <summary>The larger of two elements with broadcasting; of equals the first gets the gradient.</summary>
    public Tensor Maximum(Tensor other) => Choose(BinaryOp.Maximum, this, Required(other), (a, b) => Zip(BinaryOp.LessOrEqual, b, a));

    /// <summary>The smaller of two elements with broadcasting; of equals the first gets the gradient.</summary>
    public Tensor Minimum(Tensor other) => Choose(BinaryOp.Minimum, this, Required(other), (a, b) => Zip(BinaryOp.LessOrEqual, a, b));

    /// <summary>x^exponent.   dx = exponent x^(exponent - 1) g</summary>
    public Tensor Power(float exponent)
    {
        Tensor y = Zip(BinaryOp.Power, this, Constant(exponent));
        return Tape.Record(y, [this], (this, g => g * Power(exponent - 1).Scale(exponent)));
    }

    /// <summary>1 where less, else 0; no gradient.</summary>
    public Tensor Less(Tensor other) => Zip(BinaryOp.Less, this, Required(other));

    /// <summary>1 where equal, else 0; no gradient.</summary>
    public Tensor EqualTo(Tensor other) => Zip(BinaryOp.Equal, this, Required(other));

    /// <summary>First half of the last axis times gelu of the second half, https://arxiv.org/abs/2002.05202.</summary>
    public Tensor Geglu()
    {
        RequireFloats("geglu");
        if (Rank == 0 || Shape[-1] % 2 != 0)
            throw new TensorException($"geglu: the last axis of {Shape} does not split in two");
        Tensor y = Empty(Shape.With(-1, Shape[-1] / 2), Device);
        Device.Geglu(Operand, y.Operand);
        return Tape.Record(y, [this], (this, g =>
        {
            Tensor dx = Empty(Shape, Device);
            Device.GegluGradient(Operand, g.Operand, dx.Operand);
            return dx;
        }
        ));
    }

    /// <summary>y += alpha x in place, for optimisers and averages; not seen by tapes.</summary>
    public void AddInPlace(Tensor x, float alpha = 1)
    {
        RequireSame("add in place", Required(x));
        RequireFloats("add in place", this, x);
        Device.AddScaled(x.Operand, Writable, alpha);
    }

    /// <summary>x *= alpha in place, for optimisers and averages; not seen by tapes.</summary>
    public void ScaleInPlace(float alpha)
    {
        RequireFloats("scale in place");
        Device.Affine(Writable, Writable, alpha, 0);
    }

    /// <summary>One Adam step on this parameter and its state, all of one shape, in place; not seen by tapes.</summary>
    public void AdamStep(Tensor gradient, Tensor m, Tensor v, Tensor? vmax, AdamSettings settings)
    {
        foreach (Tensor? state in (ReadOnlySpan<Tensor?>)[gradient, m, v, vmax])
            if (state is not null)
                RequireSame("adam step", state);
        RequireFloats("adam step", this, gradient, m, v, vmax);
        Device.AdamStep(Writable, Required(gradient).Operand, Required(m).Operand, Required(v).Operand, OptionalOperand(vmax), settings);
    }

    internal Tensor NewLike(string op)
    {
        RequireFloats(op);
        return Empty(Shape, Device);
    }

    internal static void RequireFloats(string op, params ReadOnlySpan<Tensor?> tensors)
    {
        foreach (Tensor? tensor in tensors)
            tensor?.RequireFloats(op);
    }

    internal void RequireFloats(string op)
    {
        if (Type != DType.F32)
            throw new TensorException($"{op}: {this} should be F32; convert it with To(DType.F32)");
    }

    // What a layer reads may be stored in fewer bits than it computes with.
    internal void RequireWeights(string op)
    {
        if (Type is not (DType.F32 or DType.F16 or DType.BF16 or DType.Q8 or DType.BF16Panels))
            throw new TensorException($"{op}: weights {this} should be F32, F16, BF16, Q8 or BF16Panels");
    }

    private static Tensor Required(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor;
    }

    private Tensor Constant(float value) => Full([], value, Device);

    // y = op(x);   dx = op'(x) g
    private Tensor Map(UnaryOp op)
    {
        Tensor y = NewLike(op.ToString());
        Device.Unary(op, Operand, y.Operand);
        return Tape.Record(y, [this], (this, g =>
        {
            Tensor dx = Empty(Shape, Device);
            Device.UnaryGradient(op, Operand, g.Operand, dx.Operand);
            return dx;
        }
        ));
    }

    private static Tensor Zip(BinaryOp op, Tensor a, Tensor b)
    {
        Required(a).RequireFloats(op.ToString());
        Required(b).RequireFloats(op.ToString());
        Tensor y = Empty(Shape.Broadcast(a.Shape, b.Shape, op.ToString()), a.Device);
        a.Device.Binary(op, a.Operand, b.Operand, y.Operand);
        return y;
    }

    // y is a where the mask is 1, else b; each side gets the gradient where it was chosen.
    private static Tensor Choose(BinaryOp op, Tensor a, Tensor b, Func<Tensor, Tensor, Tensor> chooseA) =>
        Tape.Record(
            Zip(op, a, b),
            [a, b],
            (a, g => (g * chooseA(a, b)).SumTo(a.Shape)),
            (b, g => (g * chooseA(a, b).Affine(-1, 1)).SumTo(b.Shape)));
}
