namespace Pareidolia.Diffusion;

/// <summary>
/// The noise that training adds at each of its timesteps: x_t = sqrt(1 - beta_t) x_(t-1) + sqrt(beta_t) eps. Rounded to float where
/// the networks' own schedules were, so that a level of noise is the one that the network was trained on.
/// </summary>
public static class BetaSchedule
{
    /// <summary>Evenly spaced from start to end (Ho et al. 2020, https://arxiv.org/abs/2006.11239).</summary>
    public static float[] Linear(int count, double start, double end)
    {
        float step = count > 1 ? (float)((end - start) / (count - 1)) : 0;
        // Built from both ends, so that the last one is exactly `end`.
        return [.. Enumerable.Range(0, count).Select(i => i < count / 2 ? (float)start + step * i : (float)end - step * (count - 1 - i))];
    }

    /// <summary>Square roots evenly spaced (Rombach et al. 2022, https://arxiv.org/abs/2112.10752).</summary>
    public static float[] ScaledLinear(int count, double start, double end) =>
        [.. Linear(count, Math.Sqrt(start), Math.Sqrt(end)).Select(root => root * root)];

    /// <summary>From alpha bar = cos^2, each beta at most 0.999 (Nichol and Dhariwal 2021, https://arxiv.org/abs/2102.09672).</summary>
    public static float[] SquaredCosine(int count) => FromAlphaBar(count, time =>
    {
        double cosine = Math.Cos((time + 0.008) / 1.008 * Math.PI / 2);
        return cosine * cosine;
    });

    /// <summary>From alpha bar = exp(-12 t), each beta at most 0.999.</summary>
    public static float[] Exponential(int count) => FromAlphaBar(count, time => Math.Exp(-12 * time));

    /// <summary>A logistic curve over [-6, 6], from start to end.</summary>
    public static float[] Sigmoid(int count, double start, double end) =>
        [.. Linear(count, -6, 6).Select(x => (float)(1 / (1 + Math.Exp(-x)) * (end - start) + start))];

    /// <summary>
    /// Shifts and scales the square root of alpha bar so that the last timestep is pure noise (Lin et al. 2023,
    /// https://arxiv.org/abs/2305.08891).
    /// </summary>
    public static float[] WithZeroTerminalSnr(ReadOnlySpan<float> betas)
    {
        float[] alphasCumprod = NoiseSchedule.CumulativeProduct(betas);
        float[] roots = Array.ConvertAll(alphasCumprod, MathF.Sqrt);
        float first = roots[0], last = roots[^1];
        float[] rescaled = [.. roots.Select(root => (root - last) * (first / (first - last)))];
        float[] bars = [.. rescaled.Select(root => root * root)];
        return [.. bars.Select((bar, t) => 1 - (t == 0 ? bar : bar / bars[t - 1]))];
    }

    private static float[] FromAlphaBar(int count, Func<double, double> alphaBar) =>
        [.. Enumerable.Range(0, count).Select(i => (float)Math.Min(1 - alphaBar((i + 1.0) / count) / alphaBar((double)i / count), 0.999))];
}
