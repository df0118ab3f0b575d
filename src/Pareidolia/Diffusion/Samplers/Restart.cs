using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Restart sampling (Xu et al. 2023, https://arxiv.org/abs/2306.14878): Heun's method, and near the end once or twice back up to sigma 2 with
/// fresh noise and down again, as the web UI divides the steps between the two. Alpha = 1.
/// </summary>
public static class Restart
{
    private const double LowSigma = 0.1;
    private const double HighSigma = 2;

    /// <summary>Runs along <paramref name="levels"/>, but from 20 steps on it chooses levels between the same ends itself.</summary>
    public static IEnumerable<DenoiseStep> Plain(
        Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, StepNoise noise, double noiseScale = 1)
    {
        using Trajectory path = new(x);
        Leg[] legs = [.. Legs([.. levels.Select(level => level.Sigma)])];
        for (int i = 0; i < legs.Length; i++)
        {
            (NoiseLevel from, NoiseLevel to) = (legs[i].From, legs[i].To);
            double reached = i == 0 ? from.Sigma : legs[i - 1].To.Sigma;
            yield return path.Step(i, legs.Length, from, to, () =>
            {
                double deviation = reached < from.Sigma ? Math.Sqrt(from.Sigma * from.Sigma - reached * reached) * noiseScale : 0;
                Tensor start = Euler.AddNoise(new Outcome(path.X, path.X), deviation, noise, NoiseLevel.Exploding(reached), from).Next;
                return Heun.Step(denoise, start, from, to);
            });
        }
    }

    // From 20 steps on 9 of them go into a restart, from 36 on a quarter of them into each of two.
    private static IEnumerable<Leg> Legs(double[] sigmas)
    {
        int steps = sigmas.Length - 1;
        (int each, int times) = steps >= 36 ? (steps / 4, 2) : (9, 1);
        if (steps < 20)
            return Chain(sigmas);
        double[] outer = SigmaSchedules.Karras(steps - each * times, sigmas[^2], sigmas[0]);
        int low = Nearest(outer, LowSigma), high = Nearest(outer, HighSigma);
        IEnumerable<Leg> legs = Chain(outer[..(low + 1)]);
        if (high < low)
        {
            double[] again = SigmaSchedules.Karras(each + 1, outer[low], outer[high])[..(each + 1)];
            for (int i = 0; i < times; i++)
                legs = legs.Concat(Chain(again));
        }
        return legs.Concat(Chain(outer[low..]));
    }

    private static IReadOnlyList<Leg> Chain(double[] sigmas) =>
        [.. Enumerable.Range(0, sigmas.Length - 1).Select(i => new Leg(NoiseLevel.Exploding(sigmas[i]), NoiseLevel.Exploding(sigmas[i + 1])))];

    private static int Nearest(double[] sigmas, double sigma) =>
        Enumerable.Range(0, sigmas.Length).MinBy(i => Math.Abs(sigmas[i] - sigma));
}
