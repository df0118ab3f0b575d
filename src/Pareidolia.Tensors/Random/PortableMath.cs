namespace Pareidolia.Tensors.Random;

/// <summary>
/// log, sin and cos in double from additions, multiplications, divisions and fused multiply-adds alone. Those round the same
/// way on every machine, so a seed gives the same normals everywhere; the platform's own log and cos differ in their last bit.
/// Error below 2 units in the last place over the ranges stated; the square root is exact in IEEE 754 already.
/// </summary>
internal static class PortableMath
{
    // ln 2 and pi / 2, each as a double and the rest that the double leaves out.
    private const double Ln2 = 0.69314718055994531, Ln2Rest = 2.3190468138462996e-17;
    private const double HalfPi = 1.5707963267948966, HalfPiRest = 6.1232339957367660e-17;

    // Taylor's series, the highest power first: 1 / n of atanh, 1 / n! of sine and cosine, with their signs.
    private static readonly double[] s_atanh = Table(23, 3, n => 1.0 / n);
    private static readonly double[] s_sine = Table(19, 3, n => Sign(n / 2) / Factorial(n));
    private static readonly double[] s_cosine = Table(18, 2, n => Sign(n / 2) / Factorial(n));

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
        double s = (mantissa - 1) / (mantissa + 1), square = s * s;
        double tail = Math.FusedMultiplyAdd(2 * s * square, Horner(s_atanh, square), exponent * Ln2Rest);
        return Math.FusedMultiplyAdd(exponent, Ln2, 2 * s + tail);
    }

    /// <summary>Sine and cosine of an angle in [0, 8] radians.</summary>
    public static (double Sin, double Cos) SinCos(double angle)
    {
        double quarter = Math.Floor(angle * (1 / HalfPi) + 0.5);
        double rest = Math.FusedMultiplyAdd(-quarter, HalfPiRest, Math.FusedMultiplyAdd(-quarter, HalfPi, angle));
        // The series converge below the last bit for |rest| <= pi / 4.
        double square = rest * rest;
        double sin = Math.FusedMultiplyAdd(rest * square, Horner(s_sine, square), rest);
        double cos = Math.FusedMultiplyAdd(square, Horner(s_cosine, square), 1);
        return ((int)quarter & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    private static double Horner(double[] coefficients, double x)
    {
        double sum = coefficients[0];
        for (int i = 1; i < coefficients.Length; i++)
            sum = Math.FusedMultiplyAdd(sum, x, coefficients[i]);
        return sum;
    }

    private static double[] Table(int from, int to, Func<int, double> at) =>
        [.. Enumerable.Range(0, (from - to) / 2 + 1).Select(i => at(from - 2 * i))];

    private static double Sign(int n) => n % 2 == 0 ? 1 : -1;

    private static double Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);
}
