using Pareidolia.Diffusion.Randomness;
using Pareidolia.Diffusion.Samplers;

namespace Pareidolia.Diffusion.Catalog;

/// <summary>The samplers of k-diffusion, which the web UI and ComfyUI share, and Restart.</summary>
internal static class KDiffusionSamplers
{
    private static readonly SamplingTool[] Everywhere = [SamplingTool.Diffusers, SamplingTool.WebUi, SamplingTool.ComfyUi];
    private static readonly SamplingTool[] NotInComfyUi = [SamplingTool.Diffusers, SamplingTool.WebUi];

    private static readonly CatalogEntry[] Plain =
    [
        new(Both("euler", "Euler", "normal") with { DiffusersClass = "EulerDiscreteScheduler", Aliases = ["k_euler"] },
            r => Euler.Plain(r.Denoise, r.X, r.Levels, r.Noise, r.Options.Churn)),
        new(Both("euler_ancestral", "Euler a", "normal") with
            {
                AddsNoise = true, DiffusersClass = "EulerAncestralDiscreteScheduler", Aliases = ["k_euler_a", "k_euler_ancestral"],
            },
            r => Euler.Ancestral(r.Denoise, r.X, r.Levels, r.Noise, r.Eta, r.Options.NoiseScale)),
        new(Both("heun", "Heun", "normal") with { Order = 2, Evaluations = 2, DiffusersClass = "HeunDiscreteScheduler", Aliases = ["k_heun"] },
            r => Heun.Plain(r.Denoise, r.X, r.Levels, r.Noise, r.Options.Churn)),
        new(Both("lms", "LMS", "normal") with { Order = 3, DiffusersClass = "LMSDiscreteScheduler", Aliases = ["k_lms"] },
            r => Lms.Plain(r.Denoise, r.X, r.Levels, r.Options.LmsOrder)),
        new(Both("dpm_2", "DPM2", "karras") with
            {
                Order = 2, Evaluations = 2, DiffusersClass = "KDPM2DiscreteScheduler", Aliases = ["k_dpm_2", "kdpm_2"],
            },
            r => Heun.Midpoint(r.Denoise, r.X, r.Levels, r.Noise, r.Options.Churn))
        {
            DropsPenultimate = Everywhere,
        },
        new(Both("dpm_2_ancestral", "DPM2 a", "karras") with
            {
                Order = 2, Evaluations = 2, AddsNoise = true, DiffusersClass = "KDPM2AncestralDiscreteScheduler", Aliases = ["k_dpm_2_a", "kdpm_2_a"],
            },
            r => Heun.AncestralMidpoint(r.Denoise, r.X, r.Levels, r.Noise, r.Eta, r.Options.NoiseScale))
        {
            DropsPenultimate = Everywhere,
        },
        new(Both("dpmpp_2s_ancestral", "DPM++ 2S a", "karras") with { Order = 2, Evaluations = 2, AddsNoise = true, Aliases = ["k_dpmpp_2s_a"] },
            r => DpmAncestral.TwoStage(r.Denoise, r.X, r.Levels, r.Noise, r.Eta, r.Options.NoiseScale)),
        new(Both("dpmpp_2m", "DPM++ 2M", "karras") with { Order = 2, DiffusersClass = "DPMSolverMultistepScheduler", Aliases = ["k_dpmpp_2m"] },
            r => Multistep(r, new DpmSettings(2))),
        new(Both("dpm_fast", "DPM fast", "karras") with { Order = 2, Aliases = ["k_dpm_fast"] },
            r => DpmAdaptive.Fast(r.Denoise, r.X, r.Range, r.Levels.Count - 1, r.Noise, r.WebUiEta, r.Options.NoiseScale)),
        new(Both("dpm_adaptive", "DPM adaptive", "karras") with { Order = 3, Evaluations = 3, Aliases = ["k_dpm_ad"] },
            r => DpmAdaptive.Controlled(r.Denoise, r.X, r.Range, r.Noise, eta: r.WebUiEta, noiseScale: r.Options.NoiseScale)),
        new(new NamedSampler("restart", "Restart", "karras") { Order = 2, Evaluations = 2, AddsNoise = true, InWebUi = true },
            r => Restart.Plain(r.Denoise, r.X, r.Levels, r.Noise, r.Options.NoiseScale)),
    ];

    // The two stages of DPM++ SDE overlap, so that it needs one path of noise whoever runs it.
    private static readonly CatalogEntry[] Sde =
    [
        new(Both("dpmpp_sde", "DPM++ SDE", "karras") with
            {
                Order = 2, Evaluations = 2, AddsNoise = true, DiffusersClass = "DPMSolverSDEScheduler", Aliases = ["k_dpmpp_sde"],
            },
            r => DpmAncestral.Sde(r.Denoise, r.X, r.Levels, r.Noise, r.Eta, r.Options.NoiseScale))
        {
            Noise = StepNoiseKind.Brownian,
        },
        new(Both("dpmpp_2m_sde", "DPM++ 2M SDE", "exponential") with { Order = 2, AddsNoise = true, Aliases = ["k_dpmpp_2m_sde"] },
            r => Multistep(r, new DpmSettings(2, Eta: r.Eta, NoiseScale: r.Options.NoiseScale)))
        {
            Noise = StepNoiseKind.BrownianButInDiffusers,
        },
        new(Both("dpmpp_2m_sde_heun", "DPM++ 2M SDE Heun", "exponential") with { Order = 2, AddsNoise = true, Aliases = ["k_dpmpp_2m_sde_heun"] },
            r => Multistep(r, new DpmSettings(2, Eta: r.Eta, HeunWeights: true, NoiseScale: r.Options.NoiseScale)))
        {
            Noise = StepNoiseKind.BrownianButInDiffusers,
        },
        new(Both("dpmpp_3m_sde", "DPM++ 3M SDE", "exponential") with { Order = 2, AddsNoise = true, Aliases = ["k_dpmpp_3m_sde"] },
            r => Multistep(r, new DpmSettings(3, Eta: r.Eta, HeunWeights: true, NoiseScale: r.Options.NoiseScale)))
        {
            Noise = StepNoiseKind.BrownianButInDiffusers, DropsPenultimate = NotInComfyUi,
        },
    ];

    public static readonly CatalogEntry[] All = [.. Plain, .. Sde, .. Sde.Select(OnDevice)];

    private static NamedSampler Both(string name, string label, string schedule) =>
        new(name, label, schedule) { InWebUi = true, InComfyUi = true };

    private static IEnumerable<DenoiseStep> Multistep(SigmaRun run, DpmSettings settings) =>
        DpmMultistep.Plain(run.Denoise, run.X, run.Levels, settings, run.Noise);

    // ComfyUI's variants whose noise is drawn on the graphics card.
    private static CatalogEntry OnDevice(CatalogEntry entry) => entry with
    {
        NoiseOnDevice = true,
        Named = entry.Named with
        {
            Name = entry.Named.Name + "_gpu",
            Label = entry.Named.Label + " GPU",
            InWebUi = false,
            DiffusersClass = null,
            Aliases = [],
        },
    };
}
