using Pareidolia.Diffusion.Samplers;
using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Catalog;

/// <summary>What a sampler along sigmas is given.</summary>
/// <param name="Denoise">Estimates the picture.</param>
/// <param name="Both">Estimates it with and without the prompt.</param>
/// <param name="X">The start.</param>
/// <param name="Levels">Sigmas falling (Alpha = 1).</param>
/// <param name="Noise">Noise for the steps.</param>
/// <param name="Options">What the caller chose.</param>
/// <param name="Trained">The noise schedule of training.</param>
internal readonly record struct SigmaRun(
    Denoise Denoise, DenoiseBoth Both, Tensor X, IReadOnlyList<NoiseLevel> Levels, StepNoise Noise, SamplerOptions Options, NoiseSchedule Trained)
{
    /// <summary>Share of fresh noise of samplers that are stochastic by default.</summary>
    public double Eta => Options.Eta ?? 1;

    /// <summary>The same of DPM fast and adaptive, which are so in the web UI alone.</summary>
    public double WebUiEta => Options.Eta ?? (Options.Tool == Randomness.SamplingTool.WebUi ? 1 : 0);

    /// <summary>From the noisiest to the cleanest level that is not 0.</summary>
    public (double Max, double Min) Range => (Levels[0].Sigma, Levels[^1].Sigma > 0 ? Levels[^1].Sigma : Levels[^2].Sigma);
}

/// <summary>A sampler along sigmas.</summary>
internal delegate IEnumerable<DenoiseStep> SigmaSampler(SigmaRun run);

/// <summary>A sampler of the catalog.</summary>
/// <param name="Named">Its names.</param>
/// <param name="AlongSigmas">How it steps along sigmas; null where it only knows timesteps.</param>
internal sealed record CatalogEntry(NamedSampler Named, SigmaSampler? AlongSigmas)
{
    /// <summary>The diffusers class that makes its plan in diffusers' own coordinates, where no schedule is asked for.</summary>
    public string? PlanClass { get; init; }

    /// <summary>Makes its plan as the web UI does, where no schedule is asked for.</summary>
    public Func<NoiseSchedule, int, SamplerOptions, (IReadOnlyList<Leg> Legs, SamplingPlan.Solver Solver)>? WebUiPlan { get; init; }

    /// <summary>Which noise it wants for its steps.</summary>
    public StepNoiseKind Noise { get; init; }

    /// <summary>ComfyUI's variant with noise drawn on the graphics card.</summary>
    public bool NoiseOnDevice { get; init; }

    /// <summary>Where the last sigma but one is left out: solvers with an estimate between do badly where that goes very near to 0.</summary>
    public IReadOnlyList<Randomness.SamplingTool> DropsPenultimate { get; init; } = [];

    /// <summary>Whether it runs at variance-preserving levels and to sigma 0.001 in place of 0 (ComfyUI's UniPC).</summary>
    public bool Preserving { get; init; }
}
