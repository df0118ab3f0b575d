using Pareidolia.Tensors;

namespace Pareidolia.Diffusion;

/// <summary>
/// How noisy a sample is: x = Alpha x0 + Sigma eps, with eps standard normal. One description for every family: variance preserving
/// (Alpha^2 + Sigma^2 = 1: DDPM), variance exploding (Alpha = 1: k-diffusion, EDM) and rectified flow (Alpha = 1 - Sigma).
/// </summary>
/// <param name="Alpha">What is left of the picture, 0 to 1.</param>
/// <param name="Sigma">Standard deviation of the noise, at least 0.</param>
/// <param name="Timestep">What the network is told; NaN where it follows from Sigma / Alpha by the training schedule.</param>
public readonly record struct NoiseLevel(double Alpha, double Sigma, double Timestep)
{
    /// <summary>Noise over picture, which scaling x does not change; the "sigma" of k-diffusion.</summary>
    public double Ratio => Sigma / Alpha;

    /// <summary>Half the logarithm of the signal-to-noise ratio, ln(Alpha / Sigma): the lambda of the DPM-Solver papers.</summary>
    public double Lambda => Math.Log(Alpha / Sigma);

    /// <summary>The level with Alpha = 1.</summary>
    public static NoiseLevel Exploding(double sigma, double timestep = double.NaN) => new(1, sigma, timestep);

    /// <summary>The level with Alpha^2 + Sigma^2 = 1 and the given noise over picture.</summary>
    public static NoiseLevel Preserving(double ratio, double timestep = double.NaN)
    {
        double alpha = 1 / Math.Sqrt(1 + ratio * ratio);
        return new NoiseLevel(alpha, ratio * alpha, timestep);
    }

    /// <summary>The level with Alpha = 1 - Sigma.</summary>
    public static NoiseLevel Flow(double sigma, double timestep) => new(1 - sigma, sigma, timestep);

    /// <summary>The clean picture x0 with noise of this level: Alpha x0 + Sigma noise. All of one shape.</summary>
    public Tensor AddNoise(Tensor x0, Tensor noise) => Weighted.Sum((Alpha, x0), (Sigma, noise));
}
