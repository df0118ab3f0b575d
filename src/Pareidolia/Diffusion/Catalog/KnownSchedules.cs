using Pareidolia.Diffusion.Randomness;

namespace Pareidolia.Diffusion.Catalog;

/// <summary>All noise schedules. Where the programs differ, the run's program decides.</summary>
internal static class KnownSchedules
{
    /// <summary>n sigmas, falling, and what the run ends at.</summary>
    public delegate double[] Rule(NoiseSchedule trained, int n, SamplerOptions options);

    public static readonly (NamedSchedule Named, Rule Make)[] All =
    [
        (new("normal", "Normal", "timesteps evenly from the noisiest to the cleanest") { Aliases = ["uniform", "discrete", "model_steps"] },
            (trained, n, _) => TrainedSigmas.Normal(trained, n)),
        (new("karras", "Karras", "evenly in sigma^(1/7)") { Aliases = ["k", "ka"] },
            (trained, n, _) => SigmaSchedules.Karras(n, Least(trained), Most(trained))),
        (new("exponential", "Exponential", "evenly in ln sigma"), (trained, n, _) => SigmaSchedules.Exponential(n, Least(trained), Most(trained))),
        (new("polyexponential", "Polyexponential", "ln sigma falls as a power, here 1"),
            (trained, n, _) => SigmaSchedules.PolyExponential(n, Least(trained), Most(trained), 1)),
        (new("sgm_uniform", "SGM Uniform", "one more timestep than normal, the last left out"), (trained, n, _) => TrainedSigmas.SgmUniform(trained, n)),
        (new("simple", "Simple", "every (T/n)-th sigma from the noisiest"), (trained, n, _) => TrainedSigmas.Simple(trained, n)),
        (new("ddim_uniform", "DDIM", "every (T/n)-th sigma from timestep 1 up") { Aliases = ["ddim"] },
            (trained, n, _) => TrainedSigmas.DdimUniform(trained, n)),
        (new("beta", "Beta", "quantiles of the beta distribution (0.6, 0.6)"),
            (trained, n, o) => OfWebUi(o) ? SigmaSchedules.Beta(n, Least(trained), Most(trained)) : TrainedSigmas.Beta(trained, n)),
        (new("kl_optimal", "KL Optimal", "evenly in arctan sigma"),
            (trained, n, o) => OfWebUi(o)
                ? SigmaSchedules.KlOptimal(n + 1, Least(trained), Most(trained))[..^1]
                : SigmaSchedules.KlOptimal(n, Least(trained), Most(trained))),
        (new("align_your_steps", "Align Your Steps", "anchors optimised for SD 1.5 or SDXL, their logarithms interpolated") { Aliases = ["ays"] },
            (_, n, o) => SigmaSchedules.AlignYourSteps(n, o.AnchorsOfSdxl, toLastAnchor: OfWebUi(o))),
        (new("linear_quadratic", "Linear Quadratic", "half linear to 2.5 % of the range, half quadratic"),
            (trained, n, _) => SigmaSchedules.LinearQuadratic(n, Most(trained))),
    ];

    private static bool OfWebUi(SamplerOptions options) => options.Tool == SamplingTool.WebUi;

    private static double Least(NoiseSchedule trained) => trained.Sigmas[0];

    private static double Most(NoiseSchedule trained) => trained.Sigmas[^1];
}
