using System.Runtime.CompilerServices;

namespace Pareidolia.Tensors.Kernels;

/// <summary>g f'(x) for the operators f of <see cref="UnaryOp"/>, named after them; the first operand is x, the second g.</summary>
internal static class Gradients
{
    public readonly struct Identity : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => g;
    }

    /// <summary>Of steps: 0.</summary>
    public readonly struct Step : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => g * V.Of(0);
    }

    /// <summary>What is rare, lane by lane after its definition.</summary>
    public readonly unsafe struct ByDefinition(UnaryOp op) : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V>
        {
            float* lanes = stackalloc float[2 * V.Count];
            x.Store(lanes);
            g.Store(lanes + V.Count);
            for (int i = 0; i < V.Count; i++)
                lanes[i] = (float)(lanes[V.Count + i] * ScalarMath.Derivative(op, lanes[i]));
            return V.Load(lanes);
        }
    }

    public readonly struct Negate : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => -g;
    }

    public readonly struct Abs : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => g * default(Operators.Sign).Apply(x);
    }

    public readonly struct Reciprocal : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => -g / (x * x);
    }

    public readonly struct Square : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => g * (x + x);
    }

    public readonly struct Sqrt : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => g * V.Of(0.5f) / V.Sqrt(x);
    }

    public readonly struct Rsqrt : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => g * V.Of(-0.5f) / (x * V.Sqrt(x));
    }

    public readonly struct Exp : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => g * LaneMath.Exp(x);
    }

    public readonly struct Log : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => g / x;
    }

    public readonly struct Tanh : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V>
        {
            V t = LaneMath.Tanh(x);
            return g * V.MulAdd(-t, t, V.Of(1));
        }
    }

    public readonly struct Erf : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => g * V.Of(1.12837917f) * LaneMath.Exp(-x * x);
    }

    public readonly struct Sigmoid : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V>
        {
            V s = LaneMath.Logistic(x, out V rest);
            return g * s * rest;
        }
    }

    public readonly struct LogSigmoid : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => g * LaneMath.Sigmoid(-x);
    }

    public readonly struct Softplus : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => g * LaneMath.Sigmoid(x);
    }

    public readonly struct Relu : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => V.Select(V.Less(V.Of(0), x), g, V.Of(0));
    }

    public readonly struct LeakyRelu : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => V.Select(V.Less(V.Of(0), x), g, g * V.Of(0.2f));
    }

    public readonly struct Elu : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V> => V.Select(V.Less(V.Of(0), x), g, g * LaneMath.Exp(x));
    }

    public readonly struct Silu : IBinaryOperator
    {
        // s (1 + x (1 - s))
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V>
        {
            V t = V.Clamp(x, -87, 87);
            V s = LaneMath.Logistic(t, out V rest);
            return g * s * V.MulAdd(t, rest, V.Of(1));
        }
    }

    public readonly struct Gelu : IBinaryOperator
    {
        // Phi(x) + x phi(x)
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V>
        {
            V phi = LaneMath.Normal(x, out V density);
            return g * V.MulAdd(x, density, phi);
        }
    }

    public readonly struct GeluTanh : IBinaryOperator
    {
        // s + x s (1 - s) 2 u', u = sqrt(2 / pi) (x + 0.044715 x^3); beyond 20 it is 0 or 1.
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V>
        {
            V t = V.Clamp(x, -20, 20);
            V square = t * t;
            V s = LaneMath.Logistic(t * V.MulAdd(square, V.Of(0.0713548128f), V.Of(1.59576912f)), out V rest);
            V slope = V.MulAdd(square, V.Of(0.214064438f), V.Of(1.59576912f));
            return g * V.MulAdd(t * s * rest, slope, s);
        }
    }

    public readonly struct QuickGelu : IBinaryOperator
    {
        // s (1 + 1.702 x (1 - s))
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V>
        {
            V t = V.Clamp(x * V.Of(1.702f), -87, 87);
            V s = LaneMath.Logistic(t, out V rest);
            return g * s * V.MulAdd(t, rest, V.Of(1));
        }
    }

    public readonly struct Mish : IBinaryOperator
    {
        // w + x sigmoid(x) (1 - w^2), w = n / (n + 2), n = e (e + 2), e = e^x
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V>
        {
            V t = V.Clamp(x, -104, 20);
            V e = LaneMath.Exp(t);
            V n = e * (e + V.Of(2));
            V share = V.Of(1) / (n + V.Of(2));
            return g * V.MulAdd(t * e * (e + V.Of(1)) * V.Of(4), share * share, n * share);
        }
    }

    public readonly struct HardSwish : IBinaryOperator
    {
        // 0 below -3, x / 3 + 1 / 2 up to 3, then 1
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V g)
            where V : unmanaged, ILanes<V>
        {
            V slope = V.Select(V.LessOrEqual(x, V.Of(3)), V.MulAdd(x, V.Of(1 / 3f), V.Of(0.5f)), V.Of(1));
            return V.Select(V.Less(x, V.Of(-3)), V.Of(0), g * slope);
        }
    }
}
