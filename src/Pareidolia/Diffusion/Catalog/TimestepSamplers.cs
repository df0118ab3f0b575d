using Pareidolia.Diffusion.Randomness;
using Pareidolia.Diffusion.Samplers;

namespace Pareidolia.Diffusion.Catalog;

/// <summary>
/// Samplers that step along training's timesteps, as diffusers has them; the web UI and ComfyUI have some of them in forms of their own.
/// </summary>
internal static class TimestepSamplers
{
    private const double CfgPlusPlusScale = 1 / 12.5;

    public static readonly CatalogEntry[] All =
    [
        new(Timesteps("ddim", "DDIM", "DDIMScheduler") with { InWebUi = true, InComfyUi = true, Aliases = ["ddim_trailing", "k_ddim"] },
            r => Euler.Plain(r.Denoise, r.X, r.Levels, r.Noise, r.Options.Churn))
        {
            PlanClass = "DDIMScheduler",
            WebUiPlan = (trained, n, o) =>
                (WebUiLegs(trained, n), (d, x, legs, noise) => Ddim.Plain(d.Estimate, x, legs, noise, o.Eta ?? 0)),
        },
        new(Timesteps("ddim_cfg_pp", "DDIM CFG++", null) with { InWebUi = true, NeedsUnguided = true, Aliases = ["ddim_cfgpp"] },
            r => Ddim.PlusPlus(r.Both, r.X, SamplingPlan.Chain(r.Levels), r.Noise))
        {
            WebUiPlan = (trained, n, o) =>
                (WebUiLegs(trained, n), (d, x, legs, noise) => Ddim.PlusPlus(d.DenoiseBoth, x, legs, noise, o.Eta ?? 0, CfgPlusPlusScale)),
        },
        new(Timesteps("ddpm", "DDPM", "DDPMScheduler") with { Order = 0, InComfyUi = true, AddsNoise = true },
            r => Ddpm.AlongSigmas(r.Denoise, r.X, r.Levels, r.Noise))
        {
            PlanClass = "DDPMScheduler",
        },
        new(Timesteps("plms", "PLMS", "PNDMScheduler") with { Order = 2, InWebUi = true, Aliases = ["pndm"] }, null)
        {
            PlanClass = "PNDMScheduler",
            WebUiPlan = (trained, n, o) => (WebUiLegs(trained, n), (d, x, legs, noise) => Pndm.Plain(d.Estimate, x, legs)),
        },
        new(Timesteps("uni_pc", "UniPC", "UniPCMultistepScheduler") with { Order = 3, InWebUi = true, InComfyUi = true },
            r => UniPc.Plain(r.Denoise, r.X, r.Levels, UniPcOf(r.Levels.Count - 1, plainStep: true)))
        {
            PlanClass = "UniPCMultistepScheduler", Preserving = true, DropsPenultimate = [SamplingTool.ComfyUi], WebUiPlan = WebUiUniPc,
        },
        new(new NamedSampler("uni_pc_bh2", "UniPC BH2", "karras") { Order = 3, InComfyUi = true },
            r => UniPc.Plain(r.Denoise, r.X, r.Levels, UniPcOf(r.Levels.Count - 1, plainStep: false)))
        {
            Preserving = true, DropsPenultimate = [SamplingTool.ComfyUi],
        },
        new(Timesteps("deis", "DEIS", "DEISMultistepScheduler") with { Order = 3, InComfyUi = true },
            r => Deis.Tabulated(r.Denoise, r.X, r.Levels))
        {
            PlanClass = "DEISMultistepScheduler",
        },
        new(Timesteps("dpmpp_2s", "DPM++ 2S", "DPMSolverSinglestepScheduler") with { Order = 2 }, null)
        {
            PlanClass = "DPMSolverSinglestepScheduler",
        },
        new(Timesteps("lcm", "LCM", "LCMScheduler") with { Order = 0, InWebUi = true, InComfyUi = true, AddsNoise = true, Aliases = ["k_lcm"] },
            r => Consistency.AlongSigmas(r.Denoise, r.X, r.Levels, r.Noise))
        {
            PlanClass = "LCMScheduler",
        },
        new(Timesteps("tcd", "TCD", "TCDScheduler") with { Order = 0, AddsNoise = true }, null)
        {
            PlanClass = "TCDScheduler",
        },
    ];

    private static NamedSampler Timesteps(string name, string label, string? className) =>
        new(name, label, "normal") { DiffusersClass = className };

    private static UniPcSettings UniPcOf(int steps, bool plainStep) => new(Math.Clamp(steps - 1, 1, 3), plainStep);

    // Every (T / n)-th timestep from 1 up, and each step ends where the next begins: one step less than asked for, as the web UI has it.
    private static IReadOnlyList<Leg> WebUiLegs(NoiseSchedule trained, int n)
    {
        int stride = trained.Count / n, count = (trained.Count + stride - 1) / stride;
        NoiseLevel[] levels = [.. Enumerable.Range(0, count).Select(i => trained.At(Math.Min(i * stride + 1, trained.Count - 1))).Reverse()];
        return levels.Length > 1 ? SamplingPlan.Chain(levels) : [new Leg(levels[0], trained.At(0))];
    }

    // The authors' own program: evenly in time, ln alpha interpolated, order 3 with B(h) = h.
    private static (IReadOnlyList<Leg>, SamplingPlan.Solver) WebUiUniPc(NoiseSchedule trained, int n, SamplerOptions options)
    {
        double top = trained.Count - 1;
        NoiseLevel[] levels = [.. Enumerable.Range(0, n + 1).Select(i => trained.LogInterpolatedAt(top * (n - i) / n))];
        return (SamplingPlan.Chain(levels), (d, x, legs, noise) =>
            UniPc.Plain(d.Denoise, x, SamplingPlan.LevelsOf(legs), new UniPcSettings(Math.Min(3, n), PlainStep: true)));
    }
}
