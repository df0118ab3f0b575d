using System.Runtime.CompilerServices;

namespace Pareidolia.Tensors.Kernels;

/// <summary>
/// Elementary functions over lanes, within a few units of the last place of float32. The polynomials are minimax fits made for the
/// intervals named. NaN gives NaN, infinities give the limits, results below the normal range are gradual.
/// </summary>
internal static class LaneMath
{
    private const float Log2OfE = 1.44269504f;
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;
    private const float InverseSqrt2Pi = 0.398942280f;

    /// <summary>e^x.</summary>
    [MethodImpl(Lanes.Inline)]
    public static V Exp<V>(V x)
        where V : unmanaged, ILanes<V>
    {
        // Beyond these bounds the result is 0 or infinite anyway.
        V within = V.Clamp(x, -104, 89);
        V n = V.Round(within * V.Of(Log2OfE));
        V less = ExpMinus1Near0(Reduce(within, n));
        return V.Scale(less + V.Of(1), n);
    }

    /// <summary>
    /// e^x for the weights of a softmax, x below 88: 0 below the normal range, where each result would cost a hundred cycles. Hidden keys lie there, at -infinity.
    /// Two thirds of the instructions of <see cref="Exp"/>: its relative error, 1e-7 near 0, grows to 3e-6 at -87, where a weight is nothing beside the largest.
    /// </summary>
    [MethodImpl(Lanes.Inline)]
    public static V ExpOrZero<V>(V x)
        where V : unmanaged, ILanes<V>
    {
        V within = V.AtLeast(x, -87);
        V n = V.Round(within * V.Of(Log2OfE));
        V power = PowerOfTwoNear0(V.MulAdd(within, V.Of(Log2OfE), -n));
        return V.Select(V.Less(x, V.Of(-87)), V.Of(0), V.Scale(power, n));
    }

    /// <summary>e^x - 1, accurate also near 0, for x below 80.</summary>
    [MethodImpl(Lanes.Inline)]
    public static V ExpMinus1<V>(V x)
        where V : unmanaged, ILanes<V>
    {
        V within = V.Clamp(x, -20, 80);
        V n = V.Round(within * V.Of(Log2OfE));
        V power = Lanes.PowerOfTwo(n);
        return V.MulAdd(power, ExpMinus1Near0(Reduce(within, n)), power - V.Of(1));
    }

    /// <summary>Natural logarithm; -infinity at 0, NaN below.</summary>
    [MethodImpl(Lanes.Inline)]
    public static V Log<V>(V x)
        where V : unmanaged, ILanes<V>
    {
        // Subnormal numbers are first made normal.
        V tiny = V.Less(x, V.Of(1.17549435e-38f));
        V normal = V.Select(tiny, x * V.Of(8388608), x);
        // The bits of sqrt(1/2) are taken off, so that the mantissa left lies in [sqrt(1/2), sqrt(2)) and the rest is the exponent.
        V above = V.AddBits(normal, V.OfBits(-0x3F3504F3));
        V exponent = V.FromInt(V.AddBits(V.ShiftRight(V.AddBits(above, V.OfBits(0x40000000)), 23), V.OfBits(-128)));
        V mantissa = V.AddBits(above & V.OfBits(0x007FFFFF), V.OfBits(0x3F3504F3));
        V y = LogOf(mantissa - V.Of(1), exponent - (tiny & V.Of(23)));
        y = V.Select(V.Less(x, V.Of(float.PositiveInfinity)), y, x);
        y = V.Select(V.Equal(x, V.Of(0)), V.Of(float.NegativeInfinity), y);
        return V.Select(V.Less(x, V.Of(0)), V.Of(float.NaN), y);
    }

    /// <summary>log(1 + u) for u in 0..1, accurate also near 0.</summary>
    [MethodImpl(Lanes.Inline)]
    public static V LogOnePlus<V>(V u)
        where V : unmanaged, ILanes<V>
    {
        // What 1 + u lost by rounding is given back to first order.
        V sum = u + V.Of(1);
        V lost = u - (sum - V.Of(1));
        V upper = V.Less(V.Of(1.41421354f), sum);
        V f = V.Select(upper, V.MulAdd(sum, V.Of(0.5f), V.Of(-1)), sum - V.Of(1));
        return LogOf(f, upper & V.Of(1)) + lost / sum;
    }

    /// <summary>Hyperbolic tangent.</summary>
    [MethodImpl(Lanes.Inline)]
    public static V Tanh<V>(V x)
        where V : unmanaged, ILanes<V>
    {
        // tanh(x) = (e^2x - 1) / (e^2x + 1); beyond 10 the float next to 1 is 1.
        V within = V.Clamp(x, -10, 10);
        V less = ExpMinus1(within + within);
        return less / (less + V.Of(2));
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(Lanes.Inline)]
    public static V Sigmoid<V>(V x)
        where V : unmanaged, ILanes<V> => V.Of(1) / (Exp(-x) + V.Of(1));

    /// <summary>s = 1 / (1 + e^-x) and, without cancellation, 1 - s; x is first kept within -87..87.</summary>
    [MethodImpl(Lanes.Inline)]
    public static V Logistic<V>(V x, out V rest)
        where V : unmanaged, ILanes<V>
    {
        V e = Exp(-V.Clamp(x, -87, 87));
        V s = V.Of(1) / (e + V.Of(1));
        rest = e * s;
        return s;
    }

    /// <summary>Error function.</summary>
    [MethodImpl(Lanes.Inline)]
    public static V Erf<V>(V x)
        where V : unmanaged, ILanes<V>
    {
        V t = V.Abs(x);
        V far = V.Of(1) - TailFactor(t) * ExpOfSquare(t, -1);
        V near = ErfNear0(x);
        V sign = x & V.OfBits(int.MinValue);
        return V.Select(V.Less(t, V.Of(0.9f)), near, far | sign);
    }

    /// <summary>The normal distribution: Phi(x), and its density.</summary>
    [MethodImpl(Lanes.Inline)]
    public static V Normal<V>(V x, out V density)
        where V : unmanaged, ILanes<V>
    {
        V t = V.Abs(x);
        V bell = ExpOfSquare(t, -0.5f);
        V tail = TailFactor(t * V.Of(0.707106781f)) * bell * V.Of(0.5f);
        density = bell * V.Of(InverseSqrt2Pi);
        return V.Select(V.Less(x, V.Of(0)), tail, V.Of(1) - tail);
    }

    // x - n ln 2, ln 2 in two parts of which the first times n is exact.
    [MethodImpl(Lanes.Inline)]
    private static V Reduce<V>(V x, V n)
        where V : unmanaged, ILanes<V> => V.MulAdd(n, V.Of(-Ln2Low), V.MulAdd(n, V.Of(-Ln2High), x));

    // e^r - 1 = r + r^2 Q(r) on |r| <= ln(2) / 2, relative error 3e-9.
    [MethodImpl(Lanes.Inline)]
    private static V ExpMinus1Near0<V>(V r)
        where V : unmanaged, ILanes<V>
    {
        V q = V.MulAdd(V.Of(0.00138146011f), r, V.Of(0.00836871099f));
        q = V.MulAdd(q, r, V.Of(0.041668389f));
        q = V.MulAdd(q, r, V.Of(0.166665211f));
        q = V.MulAdd(q, r, V.Of(0.49999994f));
        return V.MulAdd(q * r, r, r);
    }

    // 2^f on |f| <= 1/2, relative error 1e-8; exactly 1 at 0.
    [MethodImpl(Lanes.Inline)]
    private static V PowerOfTwoNear0<V>(V f)
        where V : unmanaged, ILanes<V>
    {
        V q = V.MulAdd(V.Of(0.000154531634f), f, V.Of(0.00133908633f));
        q = V.MulAdd(q, f, V.Of(0.00961808302f));
        q = V.MulAdd(q, f, V.Of(0.0555035695f));
        q = V.MulAdd(q, f, V.Of(0.240226507f));
        q = V.MulAdd(q, f, V.Of(0.693147182f));
        return V.MulAdd(q, f, V.Of(1));
    }

    // log(1 + f) + n ln 2 with log(1 + f) = f - f^2 / 2 + f^3 P(f) on sqrt(1/2) - 1 .. sqrt(2) - 1, relative error 8e-10.
    [MethodImpl(Lanes.Inline)]
    private static V LogOf<V>(V f, V n)
        where V : unmanaged, ILanes<V>
    {
        V p = V.MulAdd(V.Of(0.0674645454f), f, V.Of(-0.116756231f));
        p = V.MulAdd(p, f, V.Of(0.118882321f));
        p = V.MulAdd(p, f, V.Of(-0.124055974f));
        p = V.MulAdd(p, f, V.Of(0.142195433f));
        p = V.MulAdd(p, f, V.Of(-0.166679949f));
        p = V.MulAdd(p, f, V.Of(0.200021192f));
        p = V.MulAdd(p, f, V.Of(-0.250000089f));
        p = V.MulAdd(p, f, V.Of(0.333333135f));
        V square = f * f;
        V small = V.MulAdd(n, V.Of(Ln2Low), square * f * p);
        small = V.MulAdd(square, V.Of(-0.5f), small);
        return V.MulAdd(n, V.Of(Ln2High), f + small);
    }

    // erf(x) = x P(x^2) on |x| <= 0.9, relative error 1e-8.
    [MethodImpl(Lanes.Inline)]
    private static V ErfNear0<V>(V x)
        where V : unmanaged, ILanes<V>
    {
        V z = x * x;
        V p = V.MulAdd(V.Of(-0.000609034731f), z, V.Of(0.0050119604f));
        p = V.MulAdd(p, z, V.Of(-0.0267789066f));
        p = V.MulAdd(p, z, V.Of(0.112821408f));
        p = V.MulAdd(p, z, V.Of(-0.376125246f));
        p = V.MulAdd(p, z, V.Of(1.12837911f));
        return p * x;
    }

    // erfc(t) e^(t^2) = s P(s), s = 1 / (1 + 0.4 t), on t = 0..10, relative error 6e-8.
    [MethodImpl(Lanes.Inline)]
    private static V TailFactor<V>(V t)
        where V : unmanaged, ILanes<V>
    {
        V s = V.Of(1) / V.MulAdd(t, V.Of(0.4f), V.Of(1));
        V p = V.MulAdd(V.Of(0.0412548184f), s, V.Of(-0.140327722f));
        p = V.MulAdd(p, s, V.Of(0.0840044618f));
        p = V.MulAdd(p, s, V.Of(0.0879451856f));
        p = V.MulAdd(p, s, V.Of(0.0797693357f));
        p = V.MulAdd(p, s, V.Of(0.193387926f));
        p = V.MulAdd(p, s, V.Of(0.201888889f));
        p = V.MulAdd(p, s, V.Of(0.226442933f));
        p = V.MulAdd(p, s, V.Of(0.225634247f));
        return p * s;
    }

    // e^(factor t^2), the rounding error of the square given back: in the tail it would cost all but the first digits.
    [MethodImpl(Lanes.Inline)]
    private static V ExpOfSquare<V>(V t, float factor)
        where V : unmanaged, ILanes<V>
    {
        // From 20 on the result is 0; infinity has no rounding error to give back.
        V within = V.Clamp(t, 0, 20);
        V square = within * within;
        V lost = V.MulAdd(within, within, -square);
        V bell = Exp(square * V.Of(factor));
        return V.MulAdd(bell * V.Of(factor), lost, bell);
    }
}
