namespace Pareidolia.Diffusion;

/// <summary>The beta distribution on [0, 1], as far as noise schedules need it.</summary>
internal static class BetaDistribution
{
    /// <summary>The x below which lies the given share of the mass; both parameters in (0, 1] or above, probability in [0, 1].</summary>
    public static double Quantile(double probability, double a, double b)
    {
        if (probability <= 0 || probability >= 1)
            return Math.Clamp(probability, 0, 1);
        // The mass between 0 and x is concentrated at the ends for a, b < 1, so the search runs in the angle of x = sin^2.
        double low = 0, high = Math.PI / 2;
        double total = Mass(high, a, b);
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Mass(middle, a, b) < probability * total ? (middle, high) : (low, middle);
        }
        double sine = Math.Sin((low + high) / 2);
        return sine * sine;
    }

    // Integral of 2 sin^(2a-1) cos^(2b-1) over [0, angle], after x = sin^2: split in the middle, each half substituted so that its end is
    // smooth.
    private static double Mass(double angle, double a, double b)
    {
        double split = Math.Min(angle, Math.PI / 4);
        double mass = End(Math.Pow(Math.Sin(split), 2 * a), a, b);
        if (angle > Math.PI / 4)
            mass += End(Math.Pow(Math.Sqrt(0.5), 2 * b), b, a) - End(Math.Pow(Math.Cos(angle), 2 * b), b, a);
        return mass;
    }

    // Integral of x^(a-1) (1-x)^(b-1) from 0, with u = x^a: (1/a) integral of (1 - u^(1/a))^(b-1) du, smooth for x <= 1/2; Simpson's rule.
    private static double End(double u, double a, double b)
    {
        const int Panels = 64;
        double sum = 0;
        for (int i = 0; i <= Panels; i++)
        {
            double value = Math.Pow(1 - Math.Pow(u * i / Panels, 1 / a), b - 1);
            sum += value * (i == 0 || i == Panels ? 1 : i % 2 == 1 ? 4 : 2);
        }
        return sum * u / Panels / 3 / a;
    }
}
