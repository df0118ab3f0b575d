using Pareidolia.Diffusion;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Diffusion;

/// <summary>
/// A world whose pictures are N(0, Deviation^2) in every pixel: the best denoiser and the solution of the diffusion ODE are known in closed
/// form.
/// </summary>
internal sealed class GaussianWorld(double deviation, NoiseSchedule? schedule = null)
{
    public double Deviation => deviation;

    /// <summary>The mean of x0 given x.</summary>
    public Tensor Denoise(Tensor x, NoiseLevel level) => x.Scale((float)(level.Alpha * deviation * deviation / Variance(level)));

    /// <summary>A network that predicts the noise of variance-preserving samples.</summary>
    public Tensor Network(Tensor input, double timestep)
    {
        NoiseLevel level = NoiseLevel.Preserving(schedule!.LogInterpolatedSigmaAt(timestep));
        return input.Scale((float)(level.Sigma / Variance(level)));
    }

    /// <summary>What the ODE multiplies a sample with on its way between two levels: the ratio of the marginal deviations.</summary>
    public double Solution(NoiseLevel from, NoiseLevel to) => Math.Sqrt(Variance(to) / Variance(from));

    private double Variance(NoiseLevel level) => level.Alpha * level.Alpha * deviation * deviation + level.Sigma * level.Sigma;
}
