using Pareidolia.Diffusion.Samplers;

namespace Pareidolia.Diffusion.Catalog;

/// <summary>Samplers of ComfyUI (and two of others) that the web UI does not have.</summary>
internal static class ComfyUiSamplers
{
    public static readonly CatalogEntry[] All =
    [
        new(Comfy("heunpp2", "Heun++ 2") with { Evaluations = 3 }, r => HeunPlusPlus.Plain(r.Denoise, r.X, r.Levels, r.Noise, r.Options.Churn)),
        new(Comfy("ipndm", "iPNDM") with { Order = 2 }, r => Ipndm.Plain(r.Denoise, r.X, r.Levels)),
        new(Comfy("ipndm_v", "iPNDM_v") with { Order = 2 }, r => Ipndm.Variable(r.Denoise, r.X, r.Levels)),
        new(Comfy("res_multistep", "Res Multistep") with { Order = 2 }, r => ResMultistep.Plain(r.Denoise, r.X, r.Levels)),
        new(Comfy("res_multistep_ancestral", "Res Multistep a") with { Order = 2, AddsNoise = true },
            r => ResMultistep.Plain(r.Denoise, r.X, r.Levels, r.Noise, r.Eta, r.Options.NoiseScale)),
        new(Comfy("gradient_estimation", "Gradient Estimation") with { Aliases = ["euler_ge"] },
            r => GradientEstimation.Plain(r.Denoise, r.X, r.Levels)),
        new(Comfy("er_sde", "ER SDE") with { Order = 0, AddsNoise = true }, r => ErSde.Plain(r.Denoise, r.X, r.Levels, r.Noise, r.Options.NoiseScale)),
        new(Comfy("seeds_2", "SEEDS 2") with { Order = 2, Evaluations = 2, AddsNoise = true },
            r => Seeds.TwoStage(r.Denoise, r.X, r.Levels, r.Noise, r.Eta, r.Options.NoiseScale)),
        new(Comfy("seeds_3", "SEEDS 3") with { Order = 3, Evaluations = 3, AddsNoise = true },
            r => Seeds.ThreeStage(r.Denoise, r.X, r.Levels, r.Noise, r.Eta, r.Options.NoiseScale)),
        new(Comfy("exp_heun_2_x0", "Exp Heun 2") with { Order = 2, Evaluations = 2 },
            r => Seeds.TwoStage(r.Denoise, r.X, r.Levels, eta: 0, r: 1, exactWeights: true)),
        new(Comfy("exp_heun_2_x0_sde", "Exp Heun 2 SDE") with { Order = 2, Evaluations = 2, AddsNoise = true },
            r => Seeds.TwoStage(r.Denoise, r.X, r.Levels, r.Noise, r.Eta, r.Options.NoiseScale, r: 1, exactWeights: true)),
        new(Comfy("sa_solver", "SA-Solver") with { Order = 3, AddsNoise = true }, r => Adams(r, twice: false)),
        new(Comfy("sa_solver_pece", "SA-Solver PECE") with { Order = 4, Evaluations = 2, AddsNoise = true }, r => Adams(r, twice: true)),
        new(new NamedSampler("dpmpp_2m_v2", "DPM++ 2M v2", "karras") { Order = 2, Aliases = ["dpmpp2mv2"] },
            r => DpmMultistep.SecondVersion(r.Denoise, r.X, r.Levels)),
        new(new NamedSampler("dpmpp_3m", "DPM++ 3M", "karras") { Order = 2 },
            r => DpmMultistep.Plain(r.Denoise, r.X, r.Levels, new DpmSettings(3))),
    ];

    private static NamedSampler Comfy(string name, string label) => new(name, label, "karras") { InComfyUi = true };

    // Noise between a fifth and four fifths of training's timesteps.
    private static IEnumerable<DenoiseStep> Adams(SigmaRun run, bool twice)
    {
        int top = run.Trained.LastTimestep;
        (double from, double to) = (run.Trained.LogInterpolatedSigmaAt(0.8 * top), run.Trained.LogInterpolatedSigmaAt(0.2 * top));
        SaSolverSettings settings = new(from, to, EvaluateTwice: twice, Eta: run.Eta, NoiseScale: run.Options.NoiseScale);
        return SaSolver.Plain(run.Denoise, run.X, run.Levels, run.Noise, settings);
    }
}
