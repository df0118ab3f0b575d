using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// DPM-Solver(++) in blocks: the first step of a block is of order 1, the second starts over at the block's beginning with order 2, the
/// third with order 3 (Lu et al. 2022, https://arxiv.org/abs/2206.00927, appendix D). One estimate a step, at levels of every kind.
/// </summary>
public static class DpmSinglestep
{
    /// <summary>
    /// Runs with the order of each step as <see cref="Orders"/> gives it; <paramref name="noise"/> may be null where Eta is 0.
    /// </summary>
    public static IEnumerable<DenoiseStep> Plain(Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels, DpmSettings settings,
        IReadOnlyList<int> orders, StepNoise? noise = null)
    {
        using Trajectory path = new(x, settings.Order);
        using Trajectory block = new(x);
        for (int i = 0; i + 1 < levels.Count; i++)
        {
            int order = orders[i];
            NoiseLevel from = levels[i], to = levels[i + 1], start = levels[i + 1 - order];
            if (order == 1)
                block.MoveTo(path.X);
            yield return path.Step(levels, i, () =>
            {
                Tensor denoised = denoise(path.X, from);
                Tensor estimate = settings.PredictNoise ? DpmMultistep.NoiseOf(path.X, denoised, from) : denoised;
                // The third order without curvature is exact in its slope too.
                DpmStep step = new(start, to, settings with { HeunWeights = settings.HeunWeights || order == 3 });
                Tensor next = Solve(step, block.X, [estimate, .. path.Past], levels, i, order, settings.HeunWeights);
                return Euler.AddNoise(new Outcome(next, denoised, estimate), step.NoiseDeviation, noise, start, to);
            });
        }
    }

    /// <summary>The order of each of n steps: blocks of 1, 2, .. order, the last step of a lower order if so
    /// chosen or if the run ends at sigma 0.</summary>
    public static int[] Orders(int n, int order, bool lowerOrderFinal, bool endsClean)
    {
        int[] orders = [.. Enumerable.Range(0, n).Select(i => i % order + 1)];
        // The last block is cut short: its last step is of order 1, or 2 where that completes a block of 3 begun late.
        if (endsClean || (lowerOrderFinal && !(order == 3 && n % 3 == 2)))
            orders[^1] = 1;
        return orders;
    }

    // The estimates of this block, the newest first; differences are taken from the block's beginning.
    private static Tensor Solve(
        DpmStep step, Tensor x, IReadOnlyList<Tensor> estimates, IReadOnlyList<NoiseLevel> levels, int i, int order, bool heunWeights)
    {
        Tensor first = estimates[order - 1];
        if (order == 1)
            return step.Solve(x, first, null, null);
        double begin = levels[i + 1 - order].Lambda;
        double h = levels[i + 1].Lambda - begin;
        double r0 = (levels[i].Lambda - begin) / h;
        Tensor far = Weighted.Sum((1 / r0, estimates[0]), (-1 / r0, first));
        if (order == 2 || !heunWeights)
            return step.Solve(x, first, far, null);
        double r1 = (levels[i - 1].Lambda - begin) / h;
        Tensor near = Weighted.Sum((1 / r1, estimates[1]), (-1 / r1, first));
        Tensor slope = Weighted.Sum((r0 / (r0 - r1), near), (-r1 / (r0 - r1), far));
        return step.Solve(x, first, slope, Weighted.Sum((2 / (r0 - r1), far), (-2 / (r0 - r1), near)));
    }
}
