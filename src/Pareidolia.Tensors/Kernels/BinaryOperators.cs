using System.Runtime.CompilerServices;

namespace Pareidolia.Tensors.Kernels;

/// <summary>A function of two elements, written once for every register width.</summary>
internal interface IBinaryOperator
{
    V Apply<V>(V a, V b)
        where V : unmanaged, ILanes<V>;
}

/// <summary>The operators of <see cref="BinaryOp"/>, named after them.</summary>
internal static class Pairs
{
    public readonly struct Add : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => a + b;
    }

    public readonly struct Subtract : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => a - b;
    }

    public readonly struct Multiply : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => a * b;
    }

    public readonly struct Divide : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => a / b;
    }

    public readonly struct Maximum : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => V.Max(a, b);
    }

    public readonly struct Minimum : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => V.Min(a, b);
    }

    public readonly struct Less : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => V.Less(a, b) & V.Of(1);
    }

    public readonly struct LessOrEqual : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => V.LessOrEqual(a, b) & V.Of(1);
    }

    public readonly struct Equal : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => V.Equal(a, b) & V.Of(1);
    }

    /// <summary>What is rare, lane by lane after its definition.</summary>
    public readonly unsafe struct ByDefinition(BinaryOp op) : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V>
        {
            float* lanes = stackalloc float[2 * V.Count];
            a.Store(lanes);
            b.Store(lanes + V.Count);
            for (int i = 0; i < V.Count; i++)
                lanes[i] = (float)ScalarMath.Value(op, lanes[i], lanes[V.Count + i]);
            return V.Load(lanes);
        }
    }

    /// <summary>a + alpha b.</summary>
    public readonly struct AddScaled(float alpha) : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => V.MulAdd(b, V.Of(alpha), a);
    }

    /// <summary>a gelu(b).</summary>
    public readonly struct Geglu : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V a, V b)
            where V : unmanaged, ILanes<V> => a * default(Operators.Gelu).Apply(b);
    }
}
