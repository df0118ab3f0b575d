using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Pseudo numerical methods (Liu et al. 2022, https://arxiv.org/abs/2202.09778): classical multistep formulas on the noise estimate, with
/// DDIM's transfer in place of the straight step. "PLMS" begins with one step of two estimates, PNDM with three Runge-Kutta steps of four.
/// </summary>
public static class Pndm
{
    /// <summary>
    /// Runs the legs. With <paramref name="halfway"/> (the level between two) the first three are Runge-Kutta steps; null begins with PLMS.
    /// </summary>
    public static IEnumerable<DenoiseStep> Plain(
        Estimator estimate, Tensor x, IReadOnlyList<Leg> legs, Func<Leg, NoiseLevel>? halfway = null)
    {
        using Trajectory path = new(x, memory: 3);
        for (int i = 0; i < legs.Count; i++)
        {
            Leg leg = legs[i];
            bool first = i == 0, runge = halfway is not null && i < 3;
            yield return path.Step(i, legs.Count, leg.From, leg.To, () =>
            {
                (Tensor denoised, Tensor eps, _) = estimate(path.X, leg.From);
                Tensor mixed = runge ? RungeKutta(estimate, path.X, eps, leg, halfway!(leg))
                    : first ? Corrected(estimate, path.X, eps, leg)
                    : Multistep(eps, path.Past);
                return new Outcome(Ddim.Transfer(path.X, mixed, leg.From, leg.To), denoised, eps);
            });
        }
    }

    // The mean of the noise at both ends of a first try.
    private static Tensor Corrected(Estimator estimate, Tensor x, Tensor eps, Leg leg)
    {
        if (double.IsNaN(leg.To.Timestep))
            return eps;
        Tensor end = estimate(Ddim.Transfer(x, eps, leg.From, leg.To), leg.To).Noise;
        return Weighted.Sum((0.5, eps), (0.5, end));
    }

    private static Tensor RungeKutta(Estimator estimate, Tensor x, Tensor k1, Leg leg, NoiseLevel middle)
    {
        Tensor k2 = estimate(Ddim.Transfer(x, k1, leg.From, middle), middle).Noise;
        Tensor k3 = estimate(Ddim.Transfer(x, k2, leg.From, middle), middle).Noise;
        Tensor k4 = estimate(Ddim.Transfer(x, k3, leg.From, leg.To), leg.To).Noise;
        return Weighted.Sum((1.0 / 6, k1), (1.0 / 3, k2), (1.0 / 3, k3), (1.0 / 6, k4));
    }

    // Adams-Bashforth of as many orders as there are estimates.
    private static Tensor Multistep(Tensor eps, IReadOnlyList<Tensor> past) => past.Count switch
    {
        0 => eps,
        1 => Weighted.Sum((3.0 / 2, eps), (-1.0 / 2, past[0])),
        2 => Weighted.Sum((23.0 / 12, eps), (-16.0 / 12, past[0]), (5.0 / 12, past[1])),
        _ => Weighted.Sum((55.0 / 24, eps), (-59.0 / 24, past[0]), (37.0 / 24, past[1]), (-9.0 / 24, past[2])),
    };
}
