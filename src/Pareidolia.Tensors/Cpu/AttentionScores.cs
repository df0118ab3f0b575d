using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>One query's scores against a block of keys.</summary>
internal readonly unsafe ref struct AttentionScores<V>(float* row, float scale, float* bias, int visible)
    where V : unmanaged, ILanes<V>
{
    /// <summary>Where the products q k^T lie.</summary>
    public float* Row => row;

    /// <summary>Whether no key of the block is hidden.</summary>
    public bool Whole => visible >= AttentionLayout.Block;

    /// <summary>The largest of each lane in a whole row of keys that are all seen.</summary>
    [MethodImpl(Lanes.Inline)]
    public V Most()
    {
        if (bias != null || scale < 0)
            return V.Larger(V.Larger(Seen(0), Seen(1)), V.Larger(Seen(2), Seen(3)));
        V first = V.Larger(V.Load(row), V.Load(row + Lanes.Count));
        return V.Larger(first, V.Larger(V.Load(row + 2 * Lanes.Count), V.Load(row + 3 * Lanes.Count))) * V.Of(scale);
    }

    /// <summary>scale row + bias + start, of vector i of keys that are all seen.</summary>
    [MethodImpl(Lanes.Inline)]
    public V From(V start, int i) => bias == null ? V.MulAdd(V.Load(row + i * Lanes.Count), V.Of(scale), start) : Seen(i) + start;

    /// <summary>scale row + bias from key i on; -infinity for keys that the query does not see.</summary>
    [MethodImpl(Lanes.Inline)]
    public V At(int i)
    {
        V score = V.Load(row + i) * V.Of(scale);
        int left = visible - i;
        if (bias != null && left > 0)
            score += Lanes.Load<V>(bias + i, left);
        return left >= Lanes.Count ? score : V.Select(Lanes.Mask<V>(left), score, V.Of(float.NegativeInfinity));
    }

    [MethodImpl(Lanes.Inline)]
    private V Seen(int i)
    {
        V score = V.Load(row + i * Lanes.Count) * V.Of(scale);
        return bias == null ? score : score + V.Load(bias + i * Lanes.Count);
    }
}
