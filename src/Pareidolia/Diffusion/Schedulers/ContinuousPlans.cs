using Pareidolia.Diffusion.Samplers;
using Pareidolia.Weights;

namespace Pareidolia.Diffusion.Schedulers;

/// <summary>Plans of networks without a table of timesteps: EDM and rectified flows.</summary>
internal static class ContinuousPlans
{
    public static SamplingPlan EdmEuler(JsonConfig config, int steps, SamplerOptions options)
    {
        double min = config.Double("sigma_min", 0.002), max = config.Double("sigma_max", 80);
        double[] sigmas = config.Text("sigma_schedule", "karras") == "exponential"
            ? SigmaSchedules.Exponential(steps, min, max)
            : SigmaSchedules.Karras(steps, min, max, config.Double("rho", 7));
        Prediction prediction = Prediction.Parse(config.Text("prediction_type", "epsilon")!);
        prediction = prediction with { SigmaData = config.Double("sigma_data", 0.5) };
        NoiseLevel[] levels = Array.ConvertAll(sigmas, sigma => NoiseLevel.Exploding(sigma, Math.Log(sigma) / 4));
        return new SamplingPlan(SamplingPlan.Chain(levels), prediction, (denoiser, x, legs, noise) =>
            Euler.Plain(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs), noise, options.Churn, churnAfterEstimate: true),
            initialScale: Math.Sqrt(max * max + 1));
    }

    public static SamplingPlan FlowEuler(JsonConfig config, int steps, SamplerOptions options) =>
        Flow(config, steps, (denoiser, x, legs, noise) => Euler.Plain(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs)));

    public static SamplingPlan FlowHeun(JsonConfig config, int steps, SamplerOptions options) =>
        Flow(config, steps, (denoiser, x, legs, noise) => Heun.Plain(denoiser.Denoise, x, SamplingPlan.LevelsOf(legs)));

    private static SamplingPlan Flow(JsonConfig config, int steps, SamplingPlan.Solver solver)
    {
        if (config.Bool("use_dynamic_shifting", false))
            throw new PareidoliaException($"'{config.Name}': use_dynamic_shifting is true; only a fixed shift is supported.");
        double shift = config.Double("shift", 1);
        int train = config.Int("num_train_timesteps", 1000);
        // The ends of training's range are shifted, and the run between them is shifted again.
        double least = Shifted(1.0 / train, shift);
        NoiseLevel[] levels = [.. Enumerable.Range(0, steps).Select(i =>
        {
            double sigma = Shifted(steps == 1 ? 1 : 1 + (least - 1) * i / (steps - 1), shift);
            return NoiseLevel.Flow(sigma, sigma * train);
        }), NoiseLevel.Flow(0, 0)];
        return new SamplingPlan(SamplingPlan.Chain(levels), new Prediction(PredictionType.Flow), solver);
    }

    // Esser et al. 2024, https://arxiv.org/abs/2403.03206, section 5.3.2: more steps at high noise for larger pictures.
    private static double Shifted(double sigma, double shift) => shift * sigma / (1 + (shift - 1) * sigma);
}
