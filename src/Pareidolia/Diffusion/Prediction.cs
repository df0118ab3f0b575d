using Pareidolia.Tensors;

namespace Pareidolia.Diffusion;

/// <summary>What a network was trained to say about x = alpha x0 + sigma eps.</summary>
public enum PredictionType
{
    /// <summary>The noise eps (https://arxiv.org/abs/2006.11239).</summary>
    Epsilon,

    /// <summary>The velocity alpha eps - sigma x0 (https://arxiv.org/abs/2202.00512).</summary>
    Velocity,

    /// <summary>The clean picture x0.</summary>
    Sample,

    /// <summary>The direction eps - x0 of a rectified flow (https://arxiv.org/abs/2209.03003).</summary>
    Flow,

    /// <summary>
    /// The noise, from which a latent consistency model makes its clean picture with a little of x (https://arxiv.org/abs/2310.04378), as ComfyUI has it.
    /// </summary>
    Consistency,

    /// <summary>The clean picture x0, from x as it is, not scaled: ComfyUI's <c>img_to_img</c>.</summary>
    Unscaled,
}

/// <summary>
/// The adapter between a network and a sampler: how x goes in, and what the output says about x0 and eps. Samplers never ask what kind
/// of network there is.
/// </summary>
/// <param name="Type">What the network says.</param>
/// <param name="SigmaData">
/// Standard deviation of the pictures for a network preconditioned as in EDM (Karras et al. 2022, table 1); null for the others.
/// </param>
public readonly record struct Prediction(PredictionType Type, double? SigmaData = null)
{
    /// <summary>The prediction of a scheduler configuration's name.</summary>
    /// <exception cref="PareidoliaException">The name is not known.</exception>
    public static Prediction Parse(string name) => new(name switch
    {
        "epsilon" => PredictionType.Epsilon,
        "v_prediction" => PredictionType.Velocity,
        "sample" => PredictionType.Sample,
        "flow_prediction" => PredictionType.Flow,
        "lcm" => PredictionType.Consistency,
        "img_to_img" => PredictionType.Unscaled,
        _ => throw new PareidoliaException(
            $"prediction_type is \"{name}\"; it should be epsilon, v_prediction, sample, flow_prediction, lcm or img_to_img."),
    });

    /// <summary>
    /// x as the network expects it. Networks of the DDPM family want alpha^2 + sigma^2 = 1, so that a sample in the coordinates of
    /// k-diffusion (alpha = 1) is scaled by 1 / sqrt(1 + sigma^2).
    /// </summary>
    public Tensor Input(Tensor x, NoiseLevel level)
    {
        if (Type == PredictionType.Flow)
            return x;
        if (Type == PredictionType.Unscaled)
            return level.Alpha == 1 ? x : x.Scale((float)(1 / level.Alpha));
        double data = SigmaData ?? level.Alpha;
        double scale = 1 / Math.Sqrt(data * data + level.Sigma * level.Sigma);
        return Math.Abs(scale - 1) < 1e-12 ? x : x.Scale((float)scale);
    }

    /// <summary>The clean picture that an output for x speaks of.</summary>
    public Tensor Denoised(Tensor x, Tensor output, NoiseLevel level)
    {
        (double alpha, double sigma) = (level.Alpha, level.Sigma);
        double square = alpha * alpha + sigma * sigma;
        if (SigmaData is double data)
            return EdmDenoised(x, output, sigma, data);
        return Type switch
        {
            PredictionType.Epsilon => Weighted.Sum((1 / alpha, x), (-sigma / alpha, output)),
            PredictionType.Velocity => Weighted.Sum((alpha / square, x), (-sigma / Math.Sqrt(square), output)),
            PredictionType.Flow => Weighted.Sum((1, x), (-sigma, output)),
            PredictionType.Consistency when Shares(level) is (double skip, double made) =>
                Weighted.Sum(((made + skip) / alpha, x), (-made * sigma / alpha, output)),
            _ => output,
        };
    }

    /// <summary>The output for x that speaks of a clean picture: the inverse of <see cref="Denoised"/>. Not for preconditioned networks.</summary>
    internal Tensor Output(Tensor x, Tensor denoised, NoiseLevel level)
    {
        (double alpha, double sigma) = (level.Alpha, level.Sigma);
        double length = Math.Sqrt(alpha * alpha + sigma * sigma);
        return Type switch
        {
            PredictionType.Epsilon => Weighted.Sum((1 / sigma, x), (-alpha / sigma, denoised)),
            PredictionType.Velocity => Weighted.Sum((alpha / (sigma * length), x), (-length / sigma, denoised)),
            PredictionType.Flow => Weighted.Sum((1 / sigma, x), (-1 / sigma, denoised)),
            PredictionType.Consistency when Shares(level) is (double skip, double made) =>
                Weighted.Sum(((made + skip) / (made * sigma), x), (-alpha / (made * sigma), denoised)),
            _ => denoised,
        };
    }

    /// <summary>The noise that an output for x speaks of.</summary>
    public Tensor Noise(Tensor x, Tensor output, NoiseLevel level)
    {
        (double alpha, double sigma) = (level.Alpha, level.Sigma);
        double square = alpha * alpha + sigma * sigma;
        return Type switch
        {
            PredictionType.Epsilon or PredictionType.Consistency => output,
            PredictionType.Velocity => Weighted.Sum((sigma / square, x), (alpha / Math.Sqrt(square), output)),
            PredictionType.Flow => Weighted.Sum((1, x), (1 - sigma, output)),
            _ => Weighted.Sum((1 / sigma, x), (-alpha / sigma, output)),
        };
    }

    // How much of x, and of what the noise leaves of it, is in a consistency model's picture. The level names its timestep.
    private static (double Skip, double Made) Shares(NoiseLevel level)
    {
        const double Data = 0.5, TimestepScale = 10;
        double time = level.Timestep * TimestepScale, square = (time * time) + (Data * Data);
        return (Data * Data / square, time / Math.Sqrt(square));
    }

    private Tensor EdmDenoised(Tensor x, Tensor output, double sigma, double data)
    {
        double square = sigma * sigma + data * data;
        double sign = Type == PredictionType.Velocity ? -1 : 1;
        return Weighted.Sum((data * data / square, x), (sign * sigma * data / Math.Sqrt(square), output));
    }
}
