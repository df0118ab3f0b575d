using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>Choices of <see cref="SaSolver"/>.</summary>
/// <param name="NoisyFrom">The sigma from which on steps are stochastic.</param>
/// <param name="NoisyTo">The sigma down to which they are; equal to NoisyFrom for a run without noise.</param>
/// <param name="PredictorOrder">Estimates that a prediction uses, at least 1.</param>
/// <param name="CorrectorOrder">Estimates that a correction uses, at least 1.</param>
/// <param name="EvaluateTwice">Asks the network again after a correction (PECE).</param>
/// <param name="Eta">How stochastic.</param>
/// <param name="NoiseScale">Factor on the noise.</param>
public readonly record struct SaSolverSettings(double NoisyFrom, double NoisyTo, int PredictorOrder = 3, int CorrectorOrder = 4,
    bool EvaluateTwice = false, double Eta = 1, double NoiseScale = 1)
{
    /// <summary>tau of the paper for a step that ends at a sigma.</summary>
    internal double TauAt(double sigma) => NoisyFrom >= sigma && sigma > NoisyTo ? Eta : 0;
}

/// <summary>
/// Stochastic Adams solver (Xue et al. 2023, https://arxiv.org/abs/2309.05019): a multistep prediction in lambda, corrected with the estimate
/// at its end, with the exact integral of the interpolating polynomial under any amount of noise. Alpha = 1.
/// </summary>
public static class SaSolver
{
    /// <summary>Runs along <paramref name="levels"/>; orders fall to 1 towards a run's end at sigma 0.</summary>
    public static IEnumerable<DenoiseStep> Plain(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise? noise, SaSolverSettings settings)
    {
        int count = levels.Count - 1, memory = Math.Max(settings.PredictorOrder, settings.CorrectorOrder);
        using Trajectory path = new(x, memory), before = new(x), kick = new(x);
        double tau = 0;
        for (int i = 0; i < count; i++)
        {
            NoiseLevel from = levels[i], to = levels[i + 1];
            int left = levels[^1].Sigma == 0 ? count - i : int.MaxValue;
            int corrector = i == 0 || (to.Sigma == 0 && !settings.EvaluateTwice) ? 0 : Math.Min(Math.Min(settings.CorrectorOrder, i + 1), left);
            int predictor = Math.Min(Math.Min(settings.PredictorOrder, i + 1), left - 1);
            double tauBefore = tau;
            tau = to.Sigma == 0 ? 0 : settings.TauAt(to.Sigma);
            double tauNow = tau;
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                Tensor start = path.X;
                if (corrector > 0)
                {
                    start = new AdamsStep(levels, i - 1, i, corrector, tauBefore).Solve(before.X, [denoised, .. path.Past]);
                    if (tauBefore > 0)
                        start.AddInPlace(kick.X, 1);
                    if (settings.EvaluateTwice)
                        denoised = denoise(start, from);
                }
                before.MoveTo(start);
                if (to.Sigma == 0)
                    return new Outcome(denoised, denoised, denoised);
                AdamsStep step = new(levels, i, i, predictor, tauNow);
                Tensor next = step.Solve(start, [denoised, .. path.Past]);
                if (step.NoiseDeviation > 0)
                {
                    ArgumentNullException.ThrowIfNull(noise);
                    kick.MoveTo(noise(from, to).Scale((float)(step.NoiseDeviation * settings.NoiseScale)));
                    next.AddInPlace(kick.X, 1);
                }
                return new Outcome(next, denoised, denoised);
            });
        }
    }
}

/// <summary>The weights of one step of <see cref="SaSolver"/>, from levels[index] to the next.</summary>
internal readonly struct AdamsStep
{
    private readonly double _keep;
    private readonly double[] _weights;   // of the estimates, the newest first

    /// <summary>Interpolates the estimates at levels[newest] and before it, as many as the order.</summary>
    public AdamsStep(IReadOnlyList<NoiseLevel> levels, int index, int newest, int order, double tau)
    {
        (NoiseLevel from, NoiseLevel to) = (levels[index], levels[index + 1]);
        double h = to.Lambda - from.Lambda, rate = 1 + tau * tau;
        _keep = to.Sigma / from.Sigma * Math.Exp(-tau * tau * h);
        NoiseDeviation = to.Sigma * Math.Sqrt(1 - Math.Exp(-2 * tau * tau * h));
        double[] nodes = [.. Enumerable.Range(0, order).Select(back => levels[newest - back].Lambda)];
        double[] moments = Moments(h, rate, order);
        _weights = [.. Enumerable.Range(0, order).Select(j =>
            to.Alpha * Lagrange.Coefficients(nodes, j, to.Lambda).Zip(moments, (c, moment) => c * moment).Sum())];
    }

    /// <summary>Deviation of the noise that the step adds.</summary>
    public double NoiseDeviation { get; }

    /// <summary>x at the end, without noise.</summary>
    public Tensor Solve(Tensor x, IReadOnlyList<Tensor> estimates)
    {
        Tensor next = x.Scale((float)_keep);
        for (int j = 0; j < _weights.Length; j++)
            next.AddInPlace(estimates[j], (float)_weights[j]);
        return next;
    }

    // rate times the integral of v^p exp(rate v) for v = lambda - the end's, from -h to 0.
    private static double[] Moments(double h, double rate, int count)
    {
        double[] moments = new double[count];
        double decay = Math.Exp(-rate * h);
        moments[0] = 1 - decay;
        for (int p = 1; p < count; p++)
            moments[p] = -Math.Pow(-h, p) * decay - p / rate * moments[p - 1];
        return moments;
    }
}
