namespace Pareidolia.Diffusion;

/// <summary>
/// Where a run of n steps puts its noise levels: sigmas (noise over picture, Alpha = 1), falling. Those of this file end in an appended 0
/// and need only the range; <see cref="TrainedSigmas"/> has those that follow a training schedule. n counts the sigmas before the 0.
/// </summary>
public static class SigmaSchedules
{
    /// <summary>Evenly spaced in sigma^(1 / rho) (Karras et al. 2022, https://arxiv.org/abs/2206.00364).</summary>
    public static double[] Karras(int n, double min, double max, double rho = 7)
    {
        double from = Math.Pow(max, 1 / rho), to = Math.Pow(min, 1 / rho);
        return Ramp(n, t => Math.Pow(from + t * (to - from), rho));
    }

    /// <summary>Evenly spaced in log sigma; the "Lu lambdas" of DPM-Solver (https://arxiv.org/abs/2206.00927) are the same.</summary>
    public static double[] Exponential(int n, double min, double max) => PolyExponential(n, min, max, 1);

    /// <summary>Log sigma falls as (1 - t)^rho.</summary>
    public static double[] PolyExponential(int n, double min, double max, double rho) =>
        Ramp(n, t => Math.Exp(Math.Pow(1 - t, rho) * Math.Log(max / min) + Math.Log(min)));

    /// <summary>
    /// The continuous variance-preserving schedule (Song et al. 2021, https://arxiv.org/abs/2011.13456), times from 1 to epsilon.
    /// </summary>
    public static double[] VariancePreserving(int n, double betaRange = 19.9, double betaMin = 0.1, double epsilon = 1e-3) => Ramp(n, t =>
    {
        double time = 1 + t * (epsilon - 1);
        return Math.Sqrt(Math.Exp(betaRange * time * time / 2 + betaMin * time) - 1);
    });

    /// <summary>Quantiles of the beta distribution between min and max (Lee et al. 2024, https://arxiv.org/abs/2407.12173).</summary>
    public static double[] Beta(int n, double min, double max, double alpha = 0.6, double beta = 0.6) =>
        Ramp(n, t => min + BetaDistribution.Quantile(1 - t, alpha, beta) * (max - min));

    /// <summary>Evenly spaced in arctan sigma (the KL-optimal schedule of Sabour et al. 2024, https://arxiv.org/abs/2404.14507).</summary>
    public static double[] KlOptimal(int n, double min, double max) =>
        Ramp(n, t => Math.Tan((1 - t) * Math.Atan(max) + t * Math.Atan(min)));

    /// <summary>Half the steps fall linearly by <paramref name="threshold"/> of the range, the rest quadratically; starts at max.</summary>
    public static double[] LinearQuadratic(int n, double max, double threshold = 0.025)
    {
        int linear = n / 2, quadratic = n - linear;
        if (n == 1)
            return [max, 0];
        double slope = threshold / linear;
        double gap = linear - threshold * n;
        double square = gap / ((double)linear * quadratic * quadratic);
        double line = slope - 2 * gap / ((double)quadratic * quadratic);
        double rest = square * linear * linear;
        return [.. Enumerable.Range(0, n).Select(i => max * (1 - (i < linear ? slope * i : square * i * i + line * i + rest))), 0];
    }

    /// <summary>
    /// Anchors that were optimised for a model, their logarithms interpolated ("align your steps", Sabour et al. 2024,
    /// https://arxiv.org/abs/2404.14507): eleven anchors stand for ten steps, the last of which ends at 0 in place of the last anchor. With <paramref
    /// name="toLastAnchor"/> the last step begins at it, as the web UI has it.
    /// </summary>
    public static double[] AlignYourSteps(int n, bool sdxl, bool toLastAnchor = false)
    {
        double[] anchors = sdxl
            ? [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029]
            : [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029];
        double intervals = toLastAnchor ? Math.Max(1, n - 1) : n;
        return [.. Enumerable.Range(0, n).Select(i => LogInterpolated(anchors, i / intervals * (anchors.Length - 1))), 0];
    }

    private static double LogInterpolated(double[] anchors, double place)
    {
        int low = Math.Min((int)place, anchors.Length - 2);
        double weight = place - low;
        return Math.Exp((1 - weight) * Math.Log(anchors[low]) + weight * Math.Log(anchors[low + 1]));
    }

    private static double[] Ramp(int n, Func<double, double> at) =>
        [.. Enumerable.Range(0, n).Select(i => at(n == 1 ? 0 : (double)i / (n - 1))), 0];
}
