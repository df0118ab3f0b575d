using Pareidolia.Tensors;

namespace Pareidolia.Diffusion;

/// <summary>
/// The levels of noise that a network was trained on: timestep t in [0, Count) keeps sqrt(AlphasCumprod[t]) of the picture
/// (Ho et al. 2020, https://arxiv.org/abs/2006.11239).
/// </summary>
public sealed class NoiseSchedule
{
    private readonly float[] _alphasCumprod;
    private readonly double[] _sigmas;
    private readonly double[] _logSigmas;
    private readonly int _stride;

    /// <summary>A schedule of one beta per timestep, each in (0, 1].</summary>
    public NoiseSchedule(ReadOnlySpan<float> betas) : this(CumulativeProduct(betas), betas.Length)
    {
    }

    private NoiseSchedule(float[] alphasCumprod, int count, int stride = 1)
    {
        if (count < 2)
            throw new PareidoliaException($"A noise schedule has {count} timesteps; at least 2 are needed.");
        (_alphasCumprod, _stride) = (alphasCumprod, stride);
        _sigmas = Array.ConvertAll(alphasCumprod, bar => Math.Sqrt((1.0 - bar) / bar));
        _logSigmas = Array.ConvertAll(_sigmas, Math.Log);
    }

    /// <summary>Number of levels: that of timesteps, but for a schedule that knows only some of them.</summary>
    public int Count => _alphasCumprod.Length;

    /// <summary>The timestep of the cleanest level: 0, but for a schedule that knows only some.</summary>
    internal int FirstTimestep => _stride - 1;

    /// <summary>The timestep of the noisiest level.</summary>
    internal int LastTimestep => (Count * _stride) - 1;

    /// <summary>alpha bar: the share of the picture's variance left at each timestep, falling.</summary>
    public ReadOnlySpan<float> AlphasCumprod => _alphasCumprod;

    /// <summary>Noise over picture at each timestep, rising; infinite where nothing of the picture is left.</summary>
    public ReadOnlySpan<double> Sigmas => _sigmas;

    /// <summary>The schedule of Stable Diffusion 1 and 2, and of SDXL: scaled linear, 0.00085 to 0.012, 1000 timesteps.</summary>
    public static NoiseSchedule StableDiffusion() => new(BetaSchedule.ScaledLinear(1000, 0.00085, 0.012));

    /// <summary>
    /// The same with 2^-24 in place of an alpha bar of 0 at the end: samplers that divide by alpha need a finite first sigma (4096).
    /// </summary>
    public NoiseSchedule WithFiniteSigmas()
    {
        float[] alphas = [.. _alphasCumprod];
        alphas[^1] = MathF.ScaleB(1, -24);
        return new NoiseSchedule(alphas, alphas.Length, _stride);
    }

    /// <summary>
    /// Evenly chosen levels of these, the noisiest among them: what a network knows that was distilled to few steps, as ComfyUI has it for latent
    /// consistency models.
    /// </summary>
    internal NoiseSchedule Thinned(int count)
    {
        int stride = Count / count;
        float[] chosen = [.. Enumerable.Range(0, count).Select(i => _alphasCumprod[Count - 1 - ((count - 1 - i) * stride)])];
        return new NoiseSchedule(chosen, count, stride);
    }

    /// <summary>The variance-preserving level of a timestep of training.</summary>
    public NoiseLevel At(int timestep)
    {
        if ((uint)timestep >= (uint)Count)
            throw new PareidoliaException($"Timestep {timestep} is outside the noise schedule's 0 to {Count - 1}.");
        double bar = _alphasCumprod[timestep];
        return new NoiseLevel(Math.Sqrt(bar), Math.Sqrt(1 - bar), timestep);
    }

    /// <summary>Sigma between timesteps, interpolated linearly as diffusers does.</summary>
    public double SigmaAt(double timestep) => Interpolate(_sigmas, timestep);

    /// <summary>Sigma between timesteps, its logarithm interpolated linearly as k-diffusion does.</summary>
    public double LogInterpolatedSigmaAt(double timestep) => Math.Exp(Interpolate(_logSigmas, (timestep - FirstTimestep) / _stride));

    /// <summary>The variance-preserving level between timesteps, ln alpha interpolated linearly as the authors' DPM-Solver and UniPC do.</summary>
    internal NoiseLevel LogInterpolatedAt(double timestep)
    {
        double alpha = Math.Exp(0.5 * Interpolate(Array.ConvertAll(_alphasCumprod, bar => Math.Log(bar)), timestep));
        return new NoiseLevel(alpha, Math.Sqrt(1 - alpha * alpha), timestep);
    }

    /// <summary>
    /// The timestep, in general not whole, of a sigma: the inverse of <see cref="LogInterpolatedSigmaAt"/>, kept within the schedule. Of a schedule
    /// that knows only some timesteps, the nearest of these.
    /// </summary>
    public double TimestepOf(double sigma)
    {
        double log = Math.Log(Math.Max(sigma, 1e-10));
        int found = Array.BinarySearch(_logSigmas, log);
        int low = Math.Clamp(found >= 0 ? found : ~found - 1, 0, Count - 2);
        double weight = (log - _logSigmas[low]) / (_logSigmas[low + 1] - _logSigmas[low]);
        double place = low + Math.Clamp(weight, 0, 1);
        return _stride == 1 ? place : (Math.Round(place) * _stride) + FirstTimestep;
    }

    /// <summary>The whole timestep whose sigma is nearest in logarithm.</summary>
    public int NearestTimestepOf(double sigma) => (int)Math.Round(TimestepOf(sigma));

    /// <summary>
    /// Noisy samples for training, item i at its own timestep: sqrt(alpha bar) x0 + sqrt(1 - alpha bar) noise. x0 and noise [b, ...].
    /// </summary>
    public Tensor AddNoise(Tensor x0, Tensor noise, ReadOnlySpan<int> timesteps)
    {
        using Scope scope = new();
        (Tensor alpha, Tensor sigma) = PerItem(x0, timesteps);
        return scope.Keep(x0 * alpha + noise * sigma);
    }

    /// <summary>
    /// What a v-predicting network learns (Salimans and Ho 2022, https://arxiv.org/abs/2202.00512): alpha noise - sigma x0. x0 and noise
    /// [b, ...].
    /// </summary>
    public Tensor Velocity(Tensor x0, Tensor noise, ReadOnlySpan<int> timesteps)
    {
        using Scope scope = new();
        (Tensor alpha, Tensor sigma) = PerItem(x0, timesteps);
        return scope.Keep(noise * alpha - x0 * sigma);
    }

    // The product runs in double and each entry is rounded once, as torch's cumprod of floats does on a CPU.
    internal static float[] CumulativeProduct(ReadOnlySpan<float> betas)
    {
        float[] bars = new float[betas.Length];
        double product = 1;
        for (int t = 0; t < betas.Length; t++)
        {
            product *= 1 - betas[t];
            bars[t] = (float)product;
        }
        return bars;
    }

    private (Tensor Alpha, Tensor Sigma) PerItem(Tensor x0, ReadOnlySpan<int> timesteps)
    {
        if (timesteps.Length != x0.Shape[0])
            throw new PareidoliaException($"{timesteps.Length} timesteps were given for a batch of {x0.Shape[0]}.");
        float[] alphas = new float[timesteps.Length], sigmas = new float[timesteps.Length];
        for (int i = 0; i < timesteps.Length; i++)
        {
            NoiseLevel level = At(timesteps[i]);
            (alphas[i], sigmas[i]) = ((float)level.Alpha, (float)level.Sigma);
        }
        int[] extents = [timesteps.Length, .. Enumerable.Repeat(1, x0.Rank - 1)];
        return (Tensor.From(alphas, new Shape(extents), x0.Device), Tensor.From(sigmas, new Shape(extents), x0.Device));
    }

    private static double Interpolate(double[] values, double timestep)
    {
        double inside = Math.Clamp(timestep, 0, values.Length - 1);
        int low = Math.Min((int)inside, values.Length - 2);
        double weight = inside - low;
        // Not at the far end with weight 0: that may be infinite.
        return weight == 0 ? values[low] : (1 - weight) * values[low] + weight * values[low + 1];
    }
}
