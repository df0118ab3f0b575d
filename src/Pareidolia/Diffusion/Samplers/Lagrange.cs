namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Lagrange's basis: polynomial j is 1 at node j and 0 at the others. Its integrals are the weights of multistep solvers.
/// </summary>
internal static class Lagrange
{
    /// <summary>Coefficients of basis polynomial <paramref name="j"/> in (x - origin), the constant first.</summary>
    public static double[] Coefficients(ReadOnlySpan<double> nodes, int j, double origin)
    {
        double[] coefficients = new double[nodes.Length];
        coefficients[0] = 1;
        int degree = 0;
        for (int k = 0; k < nodes.Length; k++)
        {
            if (k == j)
                continue;
            // times (x - node k) / (node j - node k)
            double root = nodes[k] - origin, scale = 1 / (nodes[j] - nodes[k]);
            degree++;
            for (int power = degree; power > 0; power--)
                coefficients[power] = (coefficients[power - 1] - root * coefficients[power]) * scale;
            coefficients[0] *= -root * scale;
        }
        return coefficients;
    }

    /// <summary>Integral of basis polynomial <paramref name="j"/> over [from, to].</summary>
    public static double Integral(ReadOnlySpan<double> nodes, int j, double from, double to)
    {
        double sum = 0;
        double[] coefficients = Coefficients(nodes, j, from);
        for (int power = coefficients.Length - 1; power >= 0; power--)
            sum = (sum + coefficients[power] / (power + 1)) * (to - from);
        return sum;
    }

    /// <summary>
    /// Integral over rho in [from, to] of basis polynomial <paramref name="j"/> taken at ln rho; the nodes are logarithms too.
    /// </summary>
    public static double LogIntegral(ReadOnlySpan<double> logNodes, int j, double from, double to)
    {
        double[] coefficients = Coefficients(logNodes, j, Math.Log(from));
        return Antiderivative(coefficients, to, Math.Log(to / from)) - Antiderivative(coefficients, from, 0);
    }

    // With v = ln(rho / from): the integral of v^k d rho is rho v^k - k times the integral of v^(k-1).
    private static double Antiderivative(double[] coefficients, double rho, double v)
    {
        double sum = 0, integral = rho;
        for (int k = 0; k < coefficients.Length; k++)
        {
            if (k > 0)
                integral = rho * Math.Pow(v, k) - k * integral;
            sum += coefficients[k] * integral;
        }
        return sum;
    }
}
