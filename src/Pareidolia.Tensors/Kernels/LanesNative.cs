using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pareidolia.Tensors.Kernels;

/// <summary>Eight or four floats, whatever one register of the machine holds.</summary>
internal readonly unsafe struct LanesNative(Vector<float> value) : ILanes<LanesNative>
{
    private readonly Vector<float> _value = value;

    public static int Count => Vector<float>.Count;

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Of(float value) => new(new Vector<float>(value));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative OfBits(int bits) => new(Vector.AsVectorSingle(new Vector<int>(bits)));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Load(float* from) => new(Vector.Load(from));

    public static LanesNative LoadPart(float* from, int n) => Lanes.LoadEach<LanesNative>(from, n);

    [MethodImpl(Lanes.Inline)]
    public static LanesNative LoadWords(ushort* from)
    {
        if (Count == 4)
            return new(Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)from).AsUInt16()).AsSingle().AsVector());
        (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(Vector128.Load(from));
        return new(Vector256.Create(low, high).AsSingle().AsVector());
    }

    [MethodImpl(Lanes.Inline)]
    public void Store(float* to) => Vector.Store(_value, to);

    public void StorePart(float* to, int n) => Lanes.StoreEach(this, to, n);

    [MethodImpl(Lanes.Inline)]
    public void StoreWords(ushort* to)
    {
        if (Count == 4)
            *(ulong*)to = Vector128.Narrow(_value.AsVector128().AsUInt32(), Vector128<uint>.Zero).AsUInt64().ToScalar();
        else
            Vector128.Narrow(_value.AsVector256().AsUInt32().GetLower(), _value.AsVector256().AsUInt32().GetUpper()).Store(to);
    }

    [MethodImpl(Lanes.Inline)]
    public static LanesNative operator +(LanesNative a, LanesNative b) => new(a._value + b._value);

    [MethodImpl(Lanes.Inline)]
    public static LanesNative operator -(LanesNative a, LanesNative b) => new(a._value - b._value);

    [MethodImpl(Lanes.Inline)]
    public static LanesNative operator *(LanesNative a, LanesNative b) => new(a._value * b._value);

    [MethodImpl(Lanes.Inline)]
    public static LanesNative operator /(LanesNative a, LanesNative b) => new(a._value / b._value);

    [MethodImpl(Lanes.Inline)]
    public static LanesNative operator -(LanesNative a) => new(-a._value);

    [MethodImpl(Lanes.Inline)]
    public static LanesNative operator &(LanesNative a, LanesNative b) => new(a._value & b._value);

    [MethodImpl(Lanes.Inline)]
    public static LanesNative operator |(LanesNative a, LanesNative b) => new(a._value | b._value);

    [MethodImpl(Lanes.Inline)]
    public static LanesNative MulAdd(LanesNative a, LanesNative b, LanesNative c) => new(Vector.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Sqrt(LanesNative x) => new(Vector.SquareRoot(x._value));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Abs(LanesNative x) => new(Vector.Abs(x._value));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Floor(LanesNative x) => new(Vector.Floor(x._value));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Round(LanesNative x) => new(Vector.Round(x._value));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Max(LanesNative a, LanesNative b) => new(Vector.Max(a._value, b._value));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Min(LanesNative a, LanesNative b) => new(Vector.Min(a._value, b._value));

    // NaN: the native minimum and maximum of x64 give their second operand, those of Arm give NaN.
    [MethodImpl(Lanes.Inline)]
    public static LanesNative Larger(LanesNative a, LanesNative b) => new(Vector.MaxNative(b._value, a._value));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative AtLeast(LanesNative x, float low) => new(Vector.MaxNative(new Vector<float>(low), x._value));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Clamp(LanesNative x, float low, float high) => new(Vector.MinNative(new Vector<float>(high), AtLeast(x, low)._value));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Scale(LanesNative x, LanesNative n) => Lanes.ScaleByBits(x, n);

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Less(LanesNative a, LanesNative b) => new(Vector.AsVectorSingle(Vector.LessThan(a._value, b._value)));

    [MethodImpl(Lanes.Inline)]
    public static bool AnyLess(LanesNative a, LanesNative b) => Vector.LessThanAny(a._value, b._value);

    [MethodImpl(Lanes.Inline)]
    public static LanesNative LessOrEqual(LanesNative a, LanesNative b) => new(Vector.AsVectorSingle(Vector.LessThanOrEqual(a._value, b._value)));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Equal(LanesNative a, LanesNative b) => new(Vector.AsVectorSingle(Vector.Equals(a._value, b._value)));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative Select(LanesNative mask, LanesNative a, LanesNative b) =>
        new(Vector.ConditionalSelect(Vector.AsVectorInt32(mask._value), a._value, b._value));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative AddBits(LanesNative a, LanesNative b) => new(Vector.AsVectorSingle(Vector.AsVectorInt32(a._value) + Vector.AsVectorInt32(b._value)));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative ShiftLeft(LanesNative x, int bits) => new(Vector.AsVectorSingle(Vector.AsVectorInt32(x._value) << bits));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative ShiftRight(LanesNative x, int bits) => new(Vector.AsVectorSingle(Vector.AsVectorUInt32(x._value) >> bits));

    [MethodImpl(Lanes.Inline)]
    public static LanesNative FromInt(LanesNative bits) => new(Vector.ConvertToSingle(Vector.AsVectorInt32(bits._value)));

    [MethodImpl(Lanes.Inline)]
    public void AddTo(double* sums)
    {
        Vector.Widen(_value, out Vector<double> low, out Vector<double> high);
        Vector.Store(Vector.Load(sums) + low, sums);
        Vector.Store(Vector.Load(sums + Count / 2) + high, sums + Count / 2);
    }

    [MethodImpl(Lanes.Inline)]
    public float Sum() => Lanes.Sum(Count == 4 ? _value.AsVector128() : _value.AsVector256().GetLower() + _value.AsVector256().GetUpper());

    [MethodImpl(Lanes.Inline)]
    public float Largest() =>
        Lanes.Largest(Count == 4 ? _value.AsVector128() : Vector128.Max(_value.AsVector256().GetLower(), _value.AsVector256().GetUpper()));
}
