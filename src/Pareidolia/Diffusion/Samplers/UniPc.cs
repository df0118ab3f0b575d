using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>Choices of <see cref="UniPc"/>.</summary>
/// <param name="Order">Order of the predictor, at least 1; the corrector adds one.</param>
/// <param name="PlainStep">B(h) = h ("bh1") in place of e^h - 1 ("bh2").</param>
/// <param name="PredictNoise">Integrates the noise estimate rather than the picture estimate.</param>
/// <param name="LowerOrderFinal">Orders fall to 1 towards the end.</param>
/// <param name="WithoutCorrector">Steps (from 0) after which no correction is made.</param>
public sealed record UniPcSettings(
    int Order = 2, bool PlainStep = false, bool PredictNoise = false, bool LowerOrderFinal = true,
    IReadOnlyList<int>? WithoutCorrector = null);

/// <summary>
/// UniPC (Zhao et al. 2023, https://arxiv.org/abs/2302.04867): a multistep predictor, and a corrector that uses the next step's estimate to
/// correct the step before, so it costs none of its own. For levels of every kind.
/// </summary>
public static class UniPc
{
    /// <summary>
    /// Runs along <paramref name="levels"/>. The sample of a step is the predicted one; the next step begins by correcting it.
    /// </summary>
    public static IEnumerable<DenoiseStep> Plain(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, UniPcSettings settings)
    {
        using Trajectory path = new(x, settings.Order);
        using Trajectory before = new(x);
        int count = levels.Count - 1;
        for (int i = 0; i < count; i++)
        {
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, levels[i]);
                Tensor estimate = settings.PredictNoise ? DpmMultistep.NoiseOf(path.X, denoised, levels[i]) : denoised;
                Tensor start = path.X;
                if (i > 0 && settings.WithoutCorrector?.Contains(i - 1) != true)
                    start = new UniPcStep(levels, i - 1, OrderAt(settings, i - 1, count), settings).Correct(before.X, path.Past, estimate);
                before.MoveTo(start);
                UniPcStep step = new(levels, i, OrderAt(settings, i, count), settings);
                return new Outcome(step.Predict(start, [estimate, .. path.Past]), denoised, estimate);
            });
        }
    }

    private static int OrderAt(UniPcSettings settings, int index, int count) =>
        Math.Min(settings.LowerOrderFinal ? Math.Min(settings.Order, count - index) : settings.Order, index + 1);
}

/// <summary>The weights of one step of <see cref="UniPc"/> from levels[index] to levels[index + 1].</summary>
internal sealed class UniPcStep
{
    private readonly int _order;
    private readonly double[] _places;   // of the earlier estimates and of the end, in steps from the beginning
    private readonly double[] _moments;
    private readonly double _keep;
    private readonly double _scale;
    private readonly double _whole;
    private readonly double _b;

    public UniPcStep(IReadOnlyList<NoiseLevel> levels, int index, int order, UniPcSettings settings)
    {
        (NoiseLevel from, NoiseLevel to) = (levels[index], levels[index + 1]);
        double h = to.Lambda - from.Lambda;
        _order = to.Sigma == 0 ? 1 : order;
        _places = [.. Enumerable.Range(1, _order - 1).Select(back => (levels[index - back].Lambda - from.Lambda) / h), 1];
        (_keep, _scale) = settings.PredictNoise ? (to.Alpha / from.Alpha, to.Sigma) : (to.Sigma / from.Sigma, to.Alpha);
        double exponent = settings.PredictNoise ? h : -h;
        _whole = Math.Exp(exponent) - 1;
        _b = settings.PlainStep ? exponent : _whole;
        _moments = Moments(exponent);
    }

    /// <summary>x at the end from the estimates, the newest first.</summary>
    public Tensor Predict(Tensor x, IReadOnlyList<Tensor> estimates)
    {
        // Of order 2 the paper takes the weight 1/2, which needs no solving.
        double[] weights = _order == 2 ? [0.5] : LinearSystem.Solve(Powers(_order - 1), _moments[..(_order - 1)]);
        return Combine(x, estimates, weights);
    }

    /// <summary>x at the end from the estimates of the beginning and before, the newest first, and the one at the end.</summary>
    public Tensor Correct(Tensor x, IReadOnlyList<Tensor> estimates, Tensor end)
    {
        double[] weights = _order == 1 ? [0.5] : LinearSystem.Solve(Powers(_order), _moments);
        Tensor corrected = Combine(x, estimates, weights[..^1]);
        Tensor change = end - estimates[0];
        corrected.AddInPlace(change, (float)(-_scale * _b * weights[^1]));
        return corrected;
    }

    private Tensor Combine(Tensor x, IReadOnlyList<Tensor> estimates, double[] weights)
    {
        Tensor sum = Weighted.Sum((_keep, x), (-_scale * _whole, estimates[0]));
        for (int k = 0; k < weights.Length; k++)
        {
            float weight = (float)(-_scale * _b * weights[k] / _places[k]);
            sum.AddInPlace(estimates[k + 1], weight);
            sum.AddInPlace(estimates[0], -weight);
        }
        return sum;
    }

    // Row i holds the places to the power i.
    private double[,] Powers(int size)
    {
        double[,] rows = new double[size, size];
        for (int i = 0; i < size; i++)
            for (int k = 0; k < size; k++)
                rows[i, k] = Math.Pow(_places[k], i);
        return rows;
    }

    // What the weights must reproduce: integrals of powers of the place against the exponential, times i! / B(h).
    private double[] Moments(double exponent)
    {
        double[] moments = new double[_order];
        double phi = _whole / exponent - 1, factorial = 1;
        for (int i = 1; i <= _order; i++)
        {
            moments[i - 1] = phi * factorial / _b;
            factorial *= i + 1;
            phi = phi / exponent - 1 / factorial;
        }
        return moments;
    }
}
