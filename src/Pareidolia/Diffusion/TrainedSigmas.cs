namespace Pareidolia.Diffusion;

/// <summary>
/// Sigmas chosen from a training schedule, falling, with an appended 0: the schedules that the web UI and ComfyUI call uniform or normal,
/// sgm_uniform, simple, ddim_uniform and beta.
/// </summary>
public static class TrainedSigmas
{
    /// <summary>n timesteps evenly from the noisiest to the cleanest.</summary>
    public static double[] Normal(NoiseSchedule schedule, int n) =>
        [.. Enumerable.Range(0, n).Select(i => At(schedule, 1 - i / Math.Max(1, n - 1.0))), 0];

    /// <summary>n + 1 timesteps evenly from the noisiest to the cleanest, without the last.</summary>
    public static double[] SgmUniform(NoiseSchedule schedule, int n) =>
        [.. Enumerable.Range(0, n).Select(i => At(schedule, 1 - (double)i / n)), 0];

    /// <summary>Every (T / n)-th sigma from the noisiest.</summary>
    public static double[] Simple(NoiseSchedule schedule, int n) =>
        [.. Enumerable.Range(0, n).Select(i => schedule.Sigmas[schedule.Count - 1 - (int)(i * ((double)schedule.Count / n))]), 0];

    /// <summary>Every (T / n)-th sigma from timestep 1 up. More than n where n does not divide T.</summary>
    public static double[] DdimUniform(NoiseSchedule schedule, int n)
    {
        int stride = Math.Max(schedule.Count / n, 1);
        List<double> rising = [0];
        for (int t = 1; t < schedule.Count; t += stride)
            rising.Add(schedule.Sigmas[t]);
        rising.Reverse();
        return [.. rising];
    }

    /// <summary>
    /// Timesteps at quantiles of the beta distribution (Lee et al. 2024, https://arxiv.org/abs/2407.12173), doubles left out.
    /// </summary>
    public static double[] Beta(NoiseSchedule schedule, int n, double alpha = 0.6, double beta = 0.6)
    {
        IEnumerable<int> timesteps = Enumerable.Range(0, n)
            .Select(i => (int)Math.Round(BetaDistribution.Quantile(1 - (double)i / n, alpha, beta) * Top(schedule)));
        return [.. timesteps.Distinct().Select(t => schedule.Sigmas[t]), 0];
    }

    // A share of the way from the cleanest timestep to the noisiest.
    private static double At(NoiseSchedule schedule, double share) =>
        schedule.LogInterpolatedSigmaAt(schedule.FirstTimestep + ((schedule.LastTimestep - schedule.FirstTimestep) * share));

    private static int Top(NoiseSchedule schedule) => schedule.Count - 1;
}
