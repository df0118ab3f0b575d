using System.Runtime.CompilerServices;

namespace Pareidolia.Tensors.Kernels;

/// <summary>Twice as many floats, in two values.</summary>
internal readonly unsafe struct LanePair<V>(V low, V high) : ILanes<LanePair<V>>
    where V : unmanaged, ILanes<V>
{
    private readonly V _low = low;
    private readonly V _high = high;

    public static int Count => 2 * V.Count;

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Of(float value) => new(V.Of(value), V.Of(value));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> OfBits(int bits) => new(V.OfBits(bits), V.OfBits(bits));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Load(float* from) => new(V.Load(from), V.Load(from + V.Count));

    public static LanePair<V> LoadPart(float* from, int n) => Lanes.LoadEach<LanePair<V>>(from, n);

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> LoadWords(ushort* from) => new(V.LoadWords(from), V.LoadWords(from + V.Count));

    [MethodImpl(Lanes.Inline)]
    public void Store(float* to)
    {
        _low.Store(to);
        _high.Store(to + V.Count);
    }

    public void StorePart(float* to, int n) => Lanes.StoreEach(this, to, n);

    [MethodImpl(Lanes.Inline)]
    public void StoreWords(ushort* to)
    {
        _low.StoreWords(to);
        _high.StoreWords(to + V.Count);
    }

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> operator +(LanePair<V> a, LanePair<V> b) => new(a._low + b._low, a._high + b._high);

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> operator -(LanePair<V> a, LanePair<V> b) => new(a._low - b._low, a._high - b._high);

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> operator *(LanePair<V> a, LanePair<V> b) => new(a._low * b._low, a._high * b._high);

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> operator /(LanePair<V> a, LanePair<V> b) => new(a._low / b._low, a._high / b._high);

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> operator -(LanePair<V> a) => new(-a._low, -a._high);

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> operator &(LanePair<V> a, LanePair<V> b) => new(a._low & b._low, a._high & b._high);

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> operator |(LanePair<V> a, LanePair<V> b) => new(a._low | b._low, a._high | b._high);

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> MulAdd(LanePair<V> a, LanePair<V> b, LanePair<V> c) =>
        new(V.MulAdd(a._low, b._low, c._low), V.MulAdd(a._high, b._high, c._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Sqrt(LanePair<V> x) => new(V.Sqrt(x._low), V.Sqrt(x._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Abs(LanePair<V> x) => new(V.Abs(x._low), V.Abs(x._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Floor(LanePair<V> x) => new(V.Floor(x._low), V.Floor(x._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Round(LanePair<V> x) => new(V.Round(x._low), V.Round(x._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Max(LanePair<V> a, LanePair<V> b) => new(V.Max(a._low, b._low), V.Max(a._high, b._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Min(LanePair<V> a, LanePair<V> b) => new(V.Min(a._low, b._low), V.Min(a._high, b._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Larger(LanePair<V> a, LanePair<V> b) => new(V.Larger(a._low, b._low), V.Larger(a._high, b._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> AtLeast(LanePair<V> x, float low) => new(V.AtLeast(x._low, low), V.AtLeast(x._high, low));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Clamp(LanePair<V> x, float low, float high) => new(V.Clamp(x._low, low, high), V.Clamp(x._high, low, high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Scale(LanePair<V> x, LanePair<V> n) => new(V.Scale(x._low, n._low), V.Scale(x._high, n._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Less(LanePair<V> a, LanePair<V> b) => new(V.Less(a._low, b._low), V.Less(a._high, b._high));

    [MethodImpl(Lanes.Inline)]
    public static bool AnyLess(LanePair<V> a, LanePair<V> b) => V.AnyLess(a._low, b._low) || V.AnyLess(a._high, b._high);

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> LessOrEqual(LanePair<V> a, LanePair<V> b) => new(V.LessOrEqual(a._low, b._low), V.LessOrEqual(a._high, b._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Equal(LanePair<V> a, LanePair<V> b) => new(V.Equal(a._low, b._low), V.Equal(a._high, b._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> Select(LanePair<V> mask, LanePair<V> a, LanePair<V> b) =>
        new(V.Select(mask._low, a._low, b._low), V.Select(mask._high, a._high, b._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> AddBits(LanePair<V> a, LanePair<V> b) => new(V.AddBits(a._low, b._low), V.AddBits(a._high, b._high));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> ShiftLeft(LanePair<V> x, int bits) => new(V.ShiftLeft(x._low, bits), V.ShiftLeft(x._high, bits));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> ShiftRight(LanePair<V> x, int bits) => new(V.ShiftRight(x._low, bits), V.ShiftRight(x._high, bits));

    [MethodImpl(Lanes.Inline)]
    public static LanePair<V> FromInt(LanePair<V> bits) => new(V.FromInt(bits._low), V.FromInt(bits._high));

    [MethodImpl(Lanes.Inline)]
    public void AddTo(double* sums)
    {
        _low.AddTo(sums);
        _high.AddTo(sums + V.Count);
    }

    [MethodImpl(Lanes.Inline)]
    public float Sum() => (_low + _high).Sum();

    [MethodImpl(Lanes.Inline)]
    public float Largest() => V.Max(_low, _high).Largest();
}
