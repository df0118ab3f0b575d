using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>One query's scores against a block of keys.</summary>
internal readonly unsafe ref struct AttentionScores<V>(float* row, float scale, float* bias, int visible)
    where V : unmanaged, ILanes<V>
{
    /// <summary>Where the products q k^T lie.</summary>
    public float* Row => row;

    /// <summary>Whether nothing is added and nothing hidden.</summary>
    public bool Plain => bias == null && visible >= AttentionLayout.Block;

    /// <summary>scale row, of vector i.</summary>
    [MethodImpl(Lanes.Inline)]
    public V Scaled(int i) => V.Load(row + i * Lanes.Count) * V.Of(scale);

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
}
