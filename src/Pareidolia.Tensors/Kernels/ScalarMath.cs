namespace Pareidolia.Tensors.Kernels;

/// <summary>The definition of every function of one or two elements and of its derivative, in double. Faster kernels are tested against it.</summary>
internal static class ScalarMath
{
    /// <summary>The slope of <see cref="UnaryOp.LeakyRelu"/> below 0.</summary>
    public const double LeakySlope = 0.2;

    private const double InverseSqrt2 = 0.70710678118654752440;
    private const double InverseSqrt2Pi = 0.39894228040143267794;
    private const double TwoOverSqrtPi = 1.12837916709551257390;
    private const double Sqrt2OverPi = 0.79788456080286535588;
    private const double GeluTanhCubic = 0.044715;
    private const double QuickGeluSlope = 1.702;

    /// <summary>op(x).</summary>
    public static double Value(UnaryOp op, double x) => op switch
    {
        UnaryOp.Negate => -x,
        UnaryOp.Abs => Math.Abs(x),
        UnaryOp.Sign => double.IsNaN(x) ? x : Math.Sign(x),
        UnaryOp.Floor => Math.Floor(x),
        UnaryOp.Round => Math.Round(x, MidpointRounding.ToEven),
        UnaryOp.Reciprocal => 1 / x,
        UnaryOp.Square => x * x,
        UnaryOp.Sqrt => Math.Sqrt(x),
        UnaryOp.Rsqrt => 1 / Math.Sqrt(x),
        UnaryOp.Exp => Math.Exp(x),
        UnaryOp.Log => Math.Log(x),
        UnaryOp.Sin => Math.Sin(x),
        UnaryOp.Cos => Math.Cos(x),
        UnaryOp.Tanh => Math.Tanh(x),
        UnaryOp.Erf => Erf(x),
        UnaryOp.Sigmoid => Sigmoid(x),
        UnaryOp.LogSigmoid => -Softplus(-x),
        UnaryOp.Softplus => Softplus(x),
        UnaryOp.Relu => x > 0 || double.IsNaN(x) ? x : 0,
        UnaryOp.LeakyRelu => x > 0 ? x : LeakySlope * x,
        UnaryOp.Elu => x > 0 ? x : ExpMinus1(x),
        UnaryOp.Silu => x * Sigmoid(x),
        UnaryOp.Gelu => x * NormalCdf(x),
        UnaryOp.GeluTanh => x * Sigmoid(2 * Sqrt2OverPi * (x + GeluTanhCubic * x * x * x)),
        UnaryOp.QuickGelu => x * Sigmoid(QuickGeluSlope * x),
        UnaryOp.Mish => x * Math.Tanh(Softplus(x)),
        UnaryOp.HardSwish => x * Math.Clamp(x + 3, 0, 6) / 6,
        _ => throw new TensorException($"unary: {op} is not a known function"),
    };

    /// <summary>op'(x); at a kink the value that PyTorch takes.</summary>
    public static double Derivative(UnaryOp op, double x) => op switch
    {
        UnaryOp.Negate => -1,
        UnaryOp.Abs => double.IsNaN(x) ? x : Math.Sign(x),
        UnaryOp.Sign or UnaryOp.Floor or UnaryOp.Round => 0,
        UnaryOp.Reciprocal => -1 / (x * x),
        UnaryOp.Square => 2 * x,
        UnaryOp.Sqrt => 0.5 / Math.Sqrt(x),
        UnaryOp.Rsqrt => -0.5 / (x * Math.Sqrt(x)),
        UnaryOp.Exp => Math.Exp(x),
        UnaryOp.Log => 1 / x,
        UnaryOp.Sin => Math.Cos(x),
        UnaryOp.Cos => -Math.Sin(x),
        UnaryOp.Tanh => 1 - Math.Tanh(x) * Math.Tanh(x),
        UnaryOp.Erf => TwoOverSqrtPi * Math.Exp(-x * x),
        UnaryOp.Sigmoid => Sigmoid(x) * Sigmoid(-x),
        UnaryOp.LogSigmoid => Sigmoid(-x),
        UnaryOp.Softplus => Sigmoid(x),
        UnaryOp.Relu => x > 0 ? 1 : 0,
        UnaryOp.LeakyRelu => x > 0 ? 1 : LeakySlope,
        UnaryOp.Elu => x > 0 ? 1 : Math.Exp(x),
        UnaryOp.Silu => SwishDerivative(x, 1),
        UnaryOp.Gelu => NormalCdf(x) + x * NormalDensity(x),
        UnaryOp.GeluTanh => GeluTanhDerivative(x),
        UnaryOp.QuickGelu => SwishDerivative(x, QuickGeluSlope),
        UnaryOp.Mish => MishDerivative(x),
        UnaryOp.HardSwish => x < -3 ? 0 : x <= 3 ? x / 3 + 0.5 : 1,
        _ => throw new TensorException($"unary gradient: {op} is not a known function"),
    };

    /// <summary>a op b.</summary>
    public static double Value(BinaryOp op, double a, double b) => op switch
    {
        BinaryOp.Add => a + b,
        BinaryOp.Subtract => a - b,
        BinaryOp.Multiply => a * b,
        BinaryOp.Divide => a / b,
        BinaryOp.Power => Math.Pow(a, b),
        BinaryOp.Maximum => Math.Max(a, b),
        BinaryOp.Minimum => Math.Min(a, b),
        BinaryOp.Less => a < b ? 1 : 0,
        BinaryOp.LessOrEqual => a <= b ? 1 : 0,
        BinaryOp.Equal => a == b ? 1 : 0,
        _ => throw new TensorException($"binary: {op} is not a known function"),
    };

    /// <summary>activation(x).</summary>
    public static double Value(Activation activation, double x) =>
        activation == Activation.None ? x : Value(FunctionOf(activation), x);

    /// <summary>activation'(x).</summary>
    public static double Derivative(Activation activation, double x) =>
        activation == Activation.None ? 1 : Derivative(FunctionOf(activation), x);

    /// <summary>The function that an activation other than <see cref="Activation.None"/> names.</summary>
    public static UnaryOp FunctionOf(Activation activation) => activation switch
    {
        Activation.Silu => UnaryOp.Silu,
        Activation.Gelu => UnaryOp.Gelu,
        Activation.Relu => UnaryOp.Relu,
        Activation.QuickGelu => UnaryOp.QuickGelu,
        _ => throw new TensorException($"activation: {activation} is not a known function"),
    };

    /// <summary>1 / (1 + e^-x) without overflow.</summary>
    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /// <summary>Phi(x), with full relative precision in the lower tail.</summary>
    public static double NormalCdf(double x) => 0.5 * Erfc(-x * InverseSqrt2);

    private static double NormalDensity(double x) => InverseSqrt2Pi * Math.Exp(-0.5 * x * x);

    private static double Softplus(double x) => Math.Max(x, 0) + LogOf1Plus(Math.Exp(-Math.Abs(x)));

    // d/dx x s(kx) = s + k x s (1 - s)
    private static double SwishDerivative(double x, double slope) =>
        Sigmoid(slope * x) * (1 + slope * x * Sigmoid(-slope * x));

    // With u = 2 sqrt(2 / pi) (x + c x^3):   d/dx x s(u) = s + x s (1 - s) u'
    private static double GeluTanhDerivative(double x)
    {
        double u = 2 * Sqrt2OverPi * (x + GeluTanhCubic * x * x * x);
        double slope = 2 * Sqrt2OverPi * (1 + 3 * GeluTanhCubic * x * x);
        return Sigmoid(u) * (1 + x * Sigmoid(-u) * slope);
    }

    // d/dx x tanh(softplus(x)) = t + x (1 - t^2) sigmoid(x)
    private static double MishDerivative(double x)
    {
        double t = Math.Tanh(Softplus(x));
        return t + x * (1 - t * t) * Sigmoid(x);
    }

    // log(1 + x) where 1 + x loses x's low digits: the quotient puts them back (Kahan).
    private static double LogOf1Plus(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }

    private static double ExpMinus1(double x)
    {
        double u = Math.Exp(x);
        if (u == 1)
            return x;
        return u - 1 == -1 ? -1 : (u - 1) * (x / Math.Log(u));
    }

    private static double Erf(double x) => Math.Abs(x) < 2 ? ErfSeries(x) : x > 0 ? 1 - Erfc(x) : Erfc(-x) - 1;

    private static double Erfc(double x)
    {
        if (double.IsNaN(x))
            return x;
        if (x < -2)
            return 2 - Erfc(-x);
        return x < 2 ? 1 - ErfSeries(x) : ErfcFraction(x);
    }

    // erf(x) = 2 / sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (1 3 5 .. (2n+1)); all terms have one sign. DLMF 7.6.2
    private static double ErfSeries(double x)
    {
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return TwoOverSqrtPi * Math.Exp(-x * x) * sum;
    }

    // erfc(x) = e^(-x^2) / sqrt(pi) 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), from the inside out. DLMF 7.9.1
    private static double ErfcFraction(double x)
    {
        const int Depth = 60;
        double fraction = x;
        for (int n = Depth; n >= 1; n--)
            fraction = x + 0.5 * n / fraction;
        return 0.5 * TwoOverSqrtPi * Math.Exp(-x * x) / fraction;
    }
}
