using System.Runtime.CompilerServices;

namespace Pareidolia.Tensors.Kernels;

/// <summary>A function of one element, written once for every register width. A lane's result depends on that lane alone.</summary>
internal interface IUnaryOperator
{
    V Apply<V>(V x)
        where V : unmanaged, ILanes<V>;
}

/// <summary>The operators of <see cref="UnaryOp"/> and <see cref="Activation"/>, named after them.</summary>
internal static class Operators
{
    public readonly struct Identity : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => x;
    }

    public readonly struct Negate : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => -x;
    }

    public readonly struct Abs : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => V.Abs(x);
    }

    public readonly struct Sign : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => V.Select(V.Less(V.Of(0), x), V.Of(1), V.Select(V.Less(x, V.Of(0)), V.Of(-1), x));
    }

    public readonly struct Floor : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => V.Floor(x);
    }

    public readonly struct Round : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => V.Round(x);
    }

    public readonly struct Reciprocal : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => V.Of(1) / x;
    }

    public readonly struct Square : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => x * x;
    }

    public readonly struct Sqrt : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => V.Sqrt(x);
    }

    public readonly struct Rsqrt : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => V.Of(1) / V.Sqrt(x);
    }

    public readonly struct Exp : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => LaneMath.Exp(x);
    }

    public readonly struct Log : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => LaneMath.Log(x);
    }

    public readonly struct Tanh : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => LaneMath.Tanh(x);
    }

    public readonly struct Erf : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => LaneMath.Erf(x);
    }

    public readonly struct Sigmoid : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => LaneMath.Sigmoid(x);
    }

    public readonly struct LogSigmoid : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => -default(Softplus).Apply(-x);
    }

    public readonly struct Softplus : IUnaryOperator
    {
        // log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => default(Relu).Apply(x) + LaneMath.LogOnePlus(LaneMath.Exp(-V.Abs(x)));
    }

    public readonly struct Relu : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => V.Select(V.LessOrEqual(x, V.Of(0)), V.Of(0), x);
    }

    public readonly struct LeakyRelu : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => V.Select(V.Less(V.Of(0), x), x, x * V.Of(0.2f));
    }

    public readonly struct Elu : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => V.Select(V.Less(V.Of(0), x), x, LaneMath.ExpMinus1(x));
    }

    public readonly struct Silu : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => x / (LaneMath.Exp(-x) + V.Of(1));
    }

    public readonly struct Gelu : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => x * LaneMath.Normal(x, out _);
    }

    public readonly struct GeluTanh : IUnaryOperator
    {
        // x (1 + tanh(u)) / 2 = x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3)
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => x / (LaneMath.Exp(x * V.MulAdd(x * x, V.Of(-0.0713548128f), V.Of(-1.59576912f))) + V.Of(1));
    }

    public readonly struct QuickGelu : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => x / (LaneMath.Exp(x * V.Of(-1.702f)) + V.Of(1));
    }

    public readonly struct Mish : IUnaryOperator
    {
        // tanh(log(1 + e)) = n / (n + 2) with n = e (e + 2), e = e^x; from 20 on it is 1.
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V>
        {
            V e = LaneMath.Exp(V.Clamp(x, -104, 20));
            V n = e * (e + V.Of(2));
            return x * (n / (n + V.Of(2)));
        }
    }

    public readonly struct HardSwish : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => x * (V.Clamp(x + V.Of(3), 0, 6) * V.Of(1 / 6f));
    }

    /// <summary>What is rare, lane by lane after its definition.</summary>
    public readonly unsafe struct ByDefinition(UnaryOp op) : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V>
        {
            float* lanes = stackalloc float[V.Count];
            x.Store(lanes);
            for (int i = 0; i < V.Count; i++)
                lanes[i] = (float)ScalarMath.Value(op, lanes[i]);
            return V.Load(lanes);
        }
    }

    /// <summary>alpha x + beta.</summary>
    public readonly struct Affine(float alpha, float beta) : IUnaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x)
            where V : unmanaged, ILanes<V> => V.MulAdd(x, V.Of(alpha), V.Of(beta));
    }
}
