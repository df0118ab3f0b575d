using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// A step of training's timesteps: the levels it starts and ends at. A run need not be a chain: where n does not divide the timesteps,
/// diffusers ends a step at t - T / n and begins the next at a rounded neighbour of it.
/// </summary>
/// <param name="From">Noise before the step; its timestep is the one that the network is told.</param>
/// <param name="To">Noise after the step.</param>
public readonly record struct Leg(NoiseLevel From, NoiseLevel To);

/// <summary>
/// Denoising diffusion implicit models (Song et al. 2021, https://arxiv.org/abs/2010.02502): remove the estimated noise, add the estimated
/// noise of the next level. First order in the coordinates of any level.
/// </summary>
public static class Ddim
{
    /// <summary>
    /// eta 0 is deterministic, 1 as random as DDPM. The bound acts on the picture and not on the noise.
    /// </summary>
    public static IEnumerable<DenoiseStep> Plain(
        Estimator estimate, Tensor x, IReadOnlyList<Leg> legs, StepNoise? noise = null, double eta = 0, SampleBound? bound = null)
    {
        using Trajectory path = new(x);
        for (int i = 0; i < legs.Count; i++)
        {
            (NoiseLevel from, NoiseLevel to) = (legs[i].From, legs[i].To);
            yield return path.Step(i, legs.Count, from, to, () =>
            {
                (Tensor denoised, Tensor eps, _) = estimate(path.X, from);
                denoised = bound?.Apply(denoised) ?? denoised;
                double deviation = eta == 0 ? 0 : eta * PosteriorDeviation(from, to);
                double direction = Math.Sqrt(to.Sigma * to.Sigma - deviation * deviation);
                Outcome outcome = new(Weighted.Sum((to.Alpha, denoised), (direction, eps)), denoised);
                return Euler.AddNoise(outcome, deviation, noise, from, to);
            });
        }
    }

    /// <summary>
    /// CFG++ (Chung et al. 2024, https://arxiv.org/abs/2406.08070): the noise that is put back is that without the prompt. <paramref name="scale"/>
    /// shortens the guidance; the web UI divides its scale by 12.5 here.
    /// </summary>
    public static IEnumerable<DenoiseStep> PlusPlus(
        DenoiseBoth denoise, Tensor x, IReadOnlyList<Leg> legs, StepNoise? noise = null, double eta = 0, double scale = 1)
    {
        using Trajectory path = new(x);
        for (int i = 0; i < legs.Count; i++)
        {
            (NoiseLevel from, NoiseLevel to) = (legs[i].From, legs[i].To);
            yield return path.Step(i, legs.Count, from, to, () =>
            {
                (Tensor guided, Tensor unguided) = denoise(path.X, from);
                Tensor denoised = Weighted.Sum((1 - scale, unguided), (scale, guided));
                double deviation = eta == 0 ? 0 : eta * PosteriorDeviation(from, to);
                double direction = Math.Sqrt(to.Sigma * to.Sigma - deviation * deviation) / from.Sigma;
                Tensor next = Weighted.Sum((to.Alpha, denoised), (direction, path.X), (-direction * from.Alpha, unguided));
                return Euler.AddNoise(new Outcome(next, denoised), deviation, noise, from, to);
            });
        }
    }

    /// <summary>x carried from one level to another along one direction of noise.</summary>
    internal static Tensor Transfer(Tensor x, Tensor eps, NoiseLevel from, NoiseLevel to)
    {
        double keep = to.Alpha / from.Alpha;
        return Weighted.Sum((keep, x), (to.Sigma - keep * from.Sigma, eps));
    }

    // Deviation of x at `to` given x at `from` and the picture.
    private static double PosteriorDeviation(NoiseLevel from, NoiseLevel to)
    {
        double share = from.Alpha / to.Alpha;
        return to.Sigma / from.Sigma * Math.Sqrt(1 - share * share);
    }
}
