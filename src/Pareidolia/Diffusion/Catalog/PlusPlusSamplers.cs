using Pareidolia.Diffusion.Samplers;

namespace Pareidolia.Diffusion.Catalog;

/// <summary>
/// ComfyUI's samplers with CFG++ guidance. Without guidance they are the samplers that their names begin with, but for the two-stage one, which
/// then still differs (<see cref="CfgPlusPlus.TwoStage"/>).
/// </summary>
internal static class PlusPlusSamplers
{
    public static readonly CatalogEntry[] All =
    [
        new(Comfy("euler_cfg_pp", "Euler CFG++"), r => CfgPlusPlus.EulerAncestral(r.Both, r.X, r.Levels, eta: 0)),
        new(Comfy("euler_ancestral_cfg_pp", "Euler a CFG++") with { AddsNoise = true, Aliases = ["euler_a_cfg_pp"] },
            r => CfgPlusPlus.EulerAncestral(r.Both, r.X, r.Levels, r.Noise, r.Eta, r.Options.NoiseScale)),
        new(Comfy("dpmpp_2s_ancestral_cfg_pp", "DPM++ 2S a CFG++") with { Order = 0, Evaluations = 2, AddsNoise = true },
            r => CfgPlusPlus.TwoStage(r.Both, r.X, r.Levels, r.Noise, r.Eta, r.Options.NoiseScale)),
        new(Comfy("dpmpp_2m_cfg_pp", "DPM++ 2M CFG++") with { Order = 2 }, r => CfgPlusPlus.Multistep(r.Both, r.X, r.Levels)),
        new(Comfy("res_multistep_cfg_pp", "Res Multistep CFG++") with { Order = 2 }, r => ResMultistep.PlusPlus(r.Both, r.X, r.Levels)),
        new(Comfy("res_multistep_ancestral_cfg_pp", "Res Multistep a CFG++") with { Order = 2, AddsNoise = true },
            r => ResMultistep.PlusPlus(r.Both, r.X, r.Levels, r.Noise, r.Eta, r.Options.NoiseScale)),
        new(Comfy("gradient_estimation_cfg_pp", "Gradient Estimation CFG++"), r => GradientEstimation.PlusPlus(r.Both, r.X, r.Levels)),
    ];

    private static NamedSampler Comfy(string name, string label) => new(name, label, "karras") { InComfyUi = true, NeedsUnguided = true };
}
