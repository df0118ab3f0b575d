using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Runtime.Intrinsics;

namespace Pareidolia.Tensors.Kernels;

/// <summary>Sixteen floats in one register.</summary>
internal readonly unsafe struct Lanes512(Vector512<float> value) : ILanes<Lanes512>
{
    private readonly Vector512<float> _value = value;

    public static int Count => 16;

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Of(float value) => new(Vector512.Create(value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 OfBits(int bits) => new(Vector512.Create(bits).AsSingle());

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Load(float* from) => new(Vector512.Load(from));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 LoadPart(float* from, int n) =>
        Avx512F.IsSupported ? new(Avx512F.MaskLoad(from, First(n), Vector512<float>.Zero)) : Lanes.LoadEach<Lanes512>(from, n);

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 LoadWords(ushort* from)
    {
        (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(Vector256.Load(from));
        return new(Vector512.Create(low, high).AsSingle());
    }

    [MethodImpl(Lanes.Inline)]
    public void Store(float* to) => _value.Store(to);

    [MethodImpl(Lanes.Inline)]
    public void StorePart(float* to, int n)
    {
        if (Avx512F.IsSupported)
            Avx512F.MaskStore(to, First(n), _value);
        else
            Lanes.StoreEach(this, to, n);
    }

    [MethodImpl(Lanes.Inline)]
    public void StoreWords(ushort* to) => Vector256.Narrow(_value.AsUInt32().GetLower(), _value.AsUInt32().GetUpper()).Store(to);

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a._value + b._value);

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a._value - b._value);

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a._value * b._value);

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a._value / b._value);

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 operator -(Lanes512 a) => new(-a._value);

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 operator &(Lanes512 a, Lanes512 b) => new(a._value & b._value);

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 operator |(Lanes512 a, Lanes512 b) => new(a._value | b._value);

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 MulAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Vector512.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Sqrt(Lanes512 x) => new(Vector512.Sqrt(x._value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Abs(Lanes512 x) => new(Vector512.Abs(x._value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Floor(Lanes512 x) => new(Vector512.Floor(x._value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Round(Lanes512 x) => new(Vector512.Round(x._value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Max(Lanes512 a, Lanes512 b) => new(Vector512.Max(a._value, b._value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Min(Lanes512 a, Lanes512 b) => new(Vector512.Min(a._value, b._value));

    // The native minimum and maximum give their second operand where one is NaN.
    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Larger(Lanes512 a, Lanes512 b) => new(Vector512.MaxNative(b._value, a._value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 AtLeast(Lanes512 x, float low) => new(Vector512.MaxNative(Vector512.Create(low), x._value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Clamp(Lanes512 x, float low, float high) => new(Vector512.MinNative(Vector512.Create(high), AtLeast(x, low)._value));

    // One instruction that rounds as two products with powers of two do; exp spends a third of its time on those.
    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Scale(Lanes512 x, Lanes512 n) =>
        Avx512F.IsSupported ? new(Avx512F.Scale(x._value, n._value)) : Lanes.ScaleByBits(x, n);

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Less(Lanes512 a, Lanes512 b) => new(Vector512.LessThan(a._value, b._value));

    [MethodImpl(Lanes.Inline)]
    public static bool AnyLess(Lanes512 a, Lanes512 b) => Vector512.LessThanAny(a._value, b._value);

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 LessOrEqual(Lanes512 a, Lanes512 b) => new(Vector512.LessThanOrEqual(a._value, b._value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Equal(Lanes512 a, Lanes512 b) => new(Vector512.Equals(a._value, b._value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 Select(Lanes512 mask, Lanes512 a, Lanes512 b) => new(Vector512.ConditionalSelect(mask._value, a._value, b._value));

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 AddBits(Lanes512 a, Lanes512 b) => new((a._value.AsInt32() + b._value.AsInt32()).AsSingle());

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 ShiftLeft(Lanes512 x, int bits) => new((x._value.AsInt32() << bits).AsSingle());

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 ShiftRight(Lanes512 x, int bits) => new((x._value.AsUInt32() >> bits).AsSingle());

    [MethodImpl(Lanes.Inline)]
    public static Lanes512 FromInt(Lanes512 bits) => new(Vector512.ConvertToSingle(bits._value.AsInt32()));

    [MethodImpl(Lanes.Inline)]
    public void AddTo(double* sums)
    {
        (Vector512<double> low, Vector512<double> high) = Vector512.Widen(_value);
        (Vector512.Load(sums) + low).Store(sums);
        (Vector512.Load(sums + 8) + high).Store(sums + 8);
    }

    [MethodImpl(Lanes.Inline)]
    public float Sum()
    {
        Vector256<float> eight = _value.GetLower() + _value.GetUpper();
        return Lanes.Sum(eight.GetLower() + eight.GetUpper());
    }

    [MethodImpl(Lanes.Inline)]
    public float Largest()
    {
        Vector256<float> eight = Vector256.Max(_value.GetLower(), _value.GetUpper());
        return Lanes.Largest(Vector128.Max(eight.GetLower(), eight.GetUpper()));
    }

    // The mask of the first n lanes.
    [MethodImpl(Lanes.Inline)]
    private static Vector512<float> First(int n) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(n)).AsSingle();
}
