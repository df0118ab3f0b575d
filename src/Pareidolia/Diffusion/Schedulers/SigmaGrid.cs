namespace Pareidolia.Diffusion.Schedulers;

/// <summary>
/// Sigmas (noise over picture) with the timesteps that the network is told, as configurations space them: along the timesteps, or respaced
/// by Karras, exponential, beta or lambda rules.
/// </summary>
internal static class SigmaGrid
{
    /// <summary>
    /// The k-diffusion classes' grid: timesteps as they fall, in general not whole; respacing happens within their range.
    /// <paramref name="roundRespaced"/> where a class rounds the timesteps of respaced sigmas.
    /// </summary>
    public static IReadOnlyList<NoiseLevel> Sampling(SchedulerSettings settings, NoiseSchedule schedule, int steps, bool roundRespaced)
    {
        double[] timesteps = settings.Spacing.Timesteps(settings.TrainTimesteps, steps, settings.StepsOffset, open: false);
        double[] sigmas = Array.ConvertAll(timesteps, schedule.SigmaAt);
        if (LogLinear(settings))
            sigmas = SigmaSchedules.Exponential(steps + 1, schedule.Sigmas[0], schedule.Sigmas[^1])[..steps];
        if (Respaced(settings, steps, sigmas[^1], sigmas[0]) is { } respaced)
        {
            sigmas = respaced;
            timesteps = Array.ConvertAll(sigmas, schedule.TimestepOf);
            if (roundRespaced)
                timesteps = Array.ConvertAll(timesteps, Math.Round);
        }
        double final = FinalSigma(settings, schedule, "zero");
        return [.. sigmas.Zip(timesteps, NoiseLevel.Exploding), NoiseLevel.Exploding(final)];
    }

    /// <summary>
    /// The multistep classes' grid: whole timesteps, without timestep 0; respacing happens within the range of training.
    /// <paramref name="final"/> names where the run ends unless the configuration does: "zero" or "sigma_min".
    /// </summary>
    public static IReadOnlyList<NoiseLevel> Solving(
        SchedulerSettings settings, NoiseSchedule schedule, int steps, TimestepSpacing spacing, string? final, bool endsAtLastRespaced)
    {
        int total = settings.TrainTimesteps - Clipped(settings, schedule);
        double[] timesteps = Array.ConvertAll(spacing.Timesteps(total, steps, settings.StepsOffset, open: true), Math.Round);
        double[] sigmas = Array.ConvertAll(timesteps, schedule.SigmaAt);
        double[]? respaced = Respaced(settings, steps, schedule.Sigmas[0], schedule.Sigmas[^1]);
        if (respaced is not null)
        {
            sigmas = respaced;
            timesteps = Array.ConvertAll(sigmas, sigma => Math.Round(schedule.TimestepOf(sigma)));
        }
        double end = final == "sigma_min" ? schedule.Sigmas[0] : FinalSigma(settings, schedule, final ?? "zero");
        if (end > 0 && respaced is not null && endsAtLastRespaced)
            end = sigmas[^1];
        return [.. sigmas.Zip(timesteps, NoiseLevel.Preserving), NoiseLevel.Preserving(end)];
    }

    private static double FinalSigma(SchedulerSettings settings, NoiseSchedule schedule, string byDefault) =>
        settings.Config.Text("final_sigmas_type", byDefault) switch
        {
            "zero" => 0,
            "sigma_min" => schedule.Sigmas[0],
            string other => throw new PareidoliaException($"final_sigmas_type is \"{other}\"; it should be zero or sigma_min."),
            null => 0,
        };

    private static bool LogLinear(SchedulerSettings settings) => settings.Config.Text("interpolation_type", "linear") == "log_linear";

    private static double[]? Respaced(SchedulerSettings settings, int steps, double min, double max)
    {
        double low = settings.Config.Double("sigma_min", min), high = settings.Config.Double("sigma_max", max);
        if (settings.Config.Bool("use_karras_sigmas", false))
            return SigmaSchedules.Karras(steps, low, high)[..steps];
        if (settings.Config.Bool("use_exponential_sigmas", false) || settings.Config.Bool("use_lu_lambdas", false))
            return SigmaSchedules.Exponential(steps, low, high)[..steps];
        return settings.Config.Bool("use_beta_sigmas", false) ? SigmaSchedules.Beta(steps, low, high)[..steps] : null;
    }

    // How many of the noisiest timesteps lie below the smallest lambda that is allowed.
    private static int Clipped(SchedulerSettings settings, NoiseSchedule schedule)
    {
        if (!settings.Config.Has("lambda_min_clipped"))
            return 0;
        double largest = Math.Exp(-settings.Config.Double("lambda_min_clipped"));
        int clipped = 0;
        foreach (double sigma in schedule.Sigmas)
            clipped += sigma > largest ? 1 : 0;
        return clipped;
    }
}
