using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// DPM-Solver of order 1 to 3 within a step, on the noise estimate and with Alpha = 1 (Lu et al. 2022, https://arxiv.org/abs/2206.00927,
/// algorithms 1, 2 and "DPM-Solver-fast"): "DPM fast" with a fixed number of estimates, "DPM adaptive" with step size control.
/// </summary>
public static class DpmAdaptive
{
    /// <summary>
    /// Spends about <paramref name="estimates"/> estimates in steps of order 3 (and one or two lower ones at the end) between two sigmas.
    /// </summary>
    public static IEnumerable<DenoiseStep> Fast(Denoise denoise, Tensor x, (double Max, double Min) sigmas, int estimates,
        StepNoise? noise = null, double eta = 0, double noiseScale = 1)
    {
        using Trajectory path = new(x);
        int[] orders = FastOrders(estimates);
        double length = Math.Log(sigmas.Max / sigmas.Min);
        for (int i = 0; i < orders.Length; i++)
        {
            NoiseLevel from = NoiseLevel.Exploding(sigmas.Max * Math.Exp(-length * i / orders.Length));
            NoiseLevel to = NoiseLevel.Exploding(sigmas.Max * Math.Exp(-length * (i + 1) / orders.Length));
            int order = orders[i];
            yield return path.Step(i, orders.Length, from, to, () =>
            {
                AncestralSplit split = Split(from.Sigma, to.Sigma, sigmas.Min, eta);
                DpmStages stages = new(denoise, path.X, from.Sigma, split.Down);
                return Euler.AddNoise(new Outcome(stages.Solve(order), stages.Denoised), split.Up * noiseScale, noise, from, to);
            });
        }
    }

    /// <summary>
    /// Chooses its steps so that orders 2 and 3 agree: their difference, relative to <paramref name="absolute"/> and <paramref
    /// name="relative"/> times the sample, stays near 1. A step that fails is yielded too, with the sample where it was.
    /// </summary>
    public static IEnumerable<DenoiseStep> Controlled(Denoise denoise, Tensor x, (double Max, double Min) sigmas, StepNoise? noise = null,
        double relative = 0.05, double absolute = 0.0078, double firstStep = 0.05, double eta = 0, double noiseScale = 1)
    {
        using Trajectory path = new(x, memory: 1);
        StepSizeControl control = new(firstStep, eta > 0 ? 1.5 : 3);
        double s = -Math.Log(sigmas.Max), end = -Math.Log(sigmas.Min);
        for (int i = 0; s < end - 1e-5; i++)
        {
            double t = Math.Min(end, s + control.Step);
            NoiseLevel from = NoiseLevel.Exploding(Math.Exp(-s)), to = NoiseLevel.Exploding(Math.Exp(-t));
            bool accepted = false;
            yield return path.Step(i, 0, from, to, () =>
            {
                AncestralSplit split = Split(from.Sigma, to.Sigma, sigmas.Min, eta);
                DpmStages stages = new(denoise, path.X, from.Sigma, split.Down);
                Tensor low = stages.Solve(2, 1.0 / 3), high = stages.Solve(3);
                accepted = control.Propose(Error(low, high, path.Past.Count > 0 ? path.Past[0] : path.X, absolute, relative));
                if (!accepted)
                    return new Outcome(path.X, stages.Denoised);
                return Euler.AddNoise(new Outcome(high, stages.Denoised, low), split.Up * noiseScale, noise, from, to);
            });
            s = accepted ? t : s;
        }
    }

    private static int[] FastOrders(int estimates)
    {
        int steps = estimates / 3 + 1;
        IEnumerable<int> full = Enumerable.Repeat(3, estimates % 3 == 0 ? steps - 2 : steps - 1);
        return estimates % 3 == 0 ? [.. full, 2, 1] : [.. full, estimates % 3];
    }

    // An ancestral step does not go below the end of the run.
    private static AncestralSplit Split(double from, double to, double sigmaMin, double eta)
    {
        if (eta == 0)
            return new AncestralSplit(to, 0);
        double down = Math.Max(sigmaMin, AncestralSplit.Of(from, to, eta).Down);
        return new AncestralSplit(down, Math.Sqrt(to * to - down * down));
    }

    // Root mean square of the difference, each element against its own tolerance.
    private static double Error(Tensor low, Tensor high, Tensor before, double absolute, double relative)
    {
        float[] a = low.ToArray(), b = high.ToArray(), c = before.ToArray();
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double tolerance = Math.Max(absolute, relative * Math.Max(Math.Abs(a[i]), Math.Abs(c[i])));
            double difference = (a[i] - b[i]) / tolerance;
            sum += difference * difference;
        }
        return Math.Sqrt(sum / a.Length);
    }
}

/// <summary>
/// Chooses the next step from the last one's error: an integral controller with a soft limit (as in torchode and diffrax).
/// </summary>
internal sealed class StepSizeControl(double firstStep, double order)
{
    private const double Safety = 0.81;

    /// <summary>The step to try next, in lambda.</summary>
    public double Step { get; private set; } = firstStep;

    /// <summary>Whether a step with this error is good enough; changes <see cref="Step"/> either way.</summary>
    public bool Propose(double error)
    {
        double factor = 1 + Math.Atan(Math.Pow(1 / (error + 1e-8), 1 / order) - 1);
        Step *= factor;
        return factor >= Safety;
    }
}
