namespace Pareidolia.Tensors.Random;

/// <summary>
/// log, sin and cos in double from additions, multiplications, divisions and fused multiply-adds alone. Those round the same
/// way on every machine, so a seed gives the same normals everywhere; the platform's own log and cos differ in their last bit.
/// Error below 1.5 units in the last place over the ranges stated; the square root is exact in IEEE 754 already.
/// </summary>
internal static class PortableMath
{
    // ln 2 and pi / 2, each as a double and the rest that the double leaves out.
    private const double Ln2 = 0.69314718055994531, Ln2Rest = 2.3190468138462996e-17;
    private const double HalfPi = 1.5707963267948966, HalfPiRest = 6.1232339957367660e-17;

    /// <summary>Natural logarithm of a normal, positive, finite number.</summary>
    public static double Log(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double mantissa = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFFL) | 0x3FF0000000000000L);
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }
        // log m = 2 atanh s with s = (m - 1) / (m + 1), |s| <= 0.172
        double s = (mantissa - 1) / (mantissa + 1);
        double square = s * s;
        double series = 0;
        for (int n = 23; n >= 3; n -= 2)
            series = Math.FusedMultiplyAdd(series, square, 1.0 / n);
        double tail = Math.FusedMultiplyAdd(2 * s * square, series, exponent * Ln2Rest);
        return Math.FusedMultiplyAdd(exponent, Ln2, 2 * s + tail);
    }

    /// <summary>Sine and cosine of an angle in [0, 8] radians.</summary>
    public static (double Sin, double Cos) SinCos(double angle)
    {
        double quarter = Math.Floor(angle * (1 / HalfPi) + 0.5);
        double rest = Math.FusedMultiplyAdd(-quarter, HalfPiRest, Math.FusedMultiplyAdd(-quarter, HalfPi, angle));
        double sin = SinTaylor(rest), cos = CosTaylor(rest);
        return ((int)quarter & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    // Both series converge below the last bit for |x| <= pi / 4.
    private static double SinTaylor(double x)
    {
        double square = x * x;
        double series = 0;
        for (int n = 18; n >= 2; n -= 2)
            series = (1 - series) * square / (n * (n + 1));
        return x - x * series;
    }

    private static double CosTaylor(double x)
    {
        double square = x * x;
        double series = 0;
        for (int n = 17; n >= 1; n -= 2)
            series = (1 - series) * square / (n * (n + 1));
        return 1 - series;
    }
}
