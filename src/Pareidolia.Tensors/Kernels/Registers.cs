using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pareidolia.Tensors.Kernels;

/// <summary>
/// What a product needs of a register <typeparamref name="T"/> of the machine itself: the compiler adds to a sum of such a type where it stands, and copies
/// a sum of <see cref="ILanes{V}"/>, which wraps one, once more for each product.
/// </summary>
internal unsafe interface IRegister<T>
    where T : unmanaged
{
    /// <summary>Floats of a register.</summary>
    static abstract int Count { get; }

    static abstract T Of(float value);

    static abstract T Load(float* from);

    static abstract void Store(T value, float* to);

    static abstract T Add(T a, T b);

    /// <summary>a * b + c, rounded once.</summary>
    static abstract T MulAdd(T a, T b, T c);
}

/// <summary>Sixteen floats.</summary>
internal readonly unsafe struct Register512 : IRegister<Vector512<float>>
{
    public static int Count => Vector512<float>.Count;

    [MethodImpl(Lanes.Inline)]
    public static Vector512<float> Of(float value) => Vector512.Create(value);

    [MethodImpl(Lanes.Inline)]
    public static Vector512<float> Load(float* from) => Vector512.Load(from);

    [MethodImpl(Lanes.Inline)]
    public static void Store(Vector512<float> value, float* to) => value.Store(to);

    [MethodImpl(Lanes.Inline)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(Lanes.Inline)]
    public static Vector512<float> MulAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.FusedMultiplyAdd(a, b, c);
}

/// <summary>Eight or four floats.</summary>
internal readonly unsafe struct RegisterNative : IRegister<Vector<float>>
{
    public static int Count => Vector<float>.Count;

    [MethodImpl(Lanes.Inline)]
    public static Vector<float> Of(float value) => new(value);

    [MethodImpl(Lanes.Inline)]
    public static Vector<float> Load(float* from) => Vector.Load(from);

    [MethodImpl(Lanes.Inline)]
    public static void Store(Vector<float> value, float* to) => value.Store(to);

    [MethodImpl(Lanes.Inline)]
    public static Vector<float> Add(Vector<float> a, Vector<float> b) => a + b;

    [MethodImpl(Lanes.Inline)]
    public static Vector<float> MulAdd(Vector<float> a, Vector<float> b, Vector<float> c) => Vector.FusedMultiplyAdd(a, b, c);
}
