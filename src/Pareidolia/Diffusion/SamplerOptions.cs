using Pareidolia.Diffusion.Randomness;
using Pareidolia.Diffusion.Samplers;

namespace Pareidolia.Diffusion;

/// <summary>What a caller may choose about a sampler beyond its steps; each sampler reads what concerns it.</summary>
public sealed record SamplerOptions
{
    /// <summary>All defaults.</summary>
    public static SamplerOptions Default { get; } = new();

    /// <summary>Share of fresh noise, 0 to 1. Null: 0 for DDIM, 1 for ancestral and SDE samplers, 0.3 for TCD.</summary>
    public double? Eta { get; init; }

    /// <summary>Whose habits a run of a named sampler follows.</summary>
    public SamplingTool Tool { get; init; }

    /// <summary>Whether the schedule "align your steps" takes its anchors for SDXL, not those for Stable Diffusion 1.5.</summary>
    public bool AnchorsOfSdxl { get; init; }

    /// <summary>Factor on the noise that ancestral and SDE samplers add.</summary>
    public double NoiseScale { get; init; } = 1;

    /// <summary>Extra noise of Euler, Heun and DPM2.</summary>
    public Churn Churn { get; init; } = Churn.None;

    /// <summary>How many slopes LMS uses, 1 to 4.</summary>
    public int LmsOrder { get; init; } = 4;

    /// <summary>The timesteps to visit in place of evenly spaced ones, falling (DDPM).</summary>
    public IReadOnlyList<int>? Timesteps { get; init; }

    /// <summary>Consistency models: the share of their timesteps that the run is spread over, 0 (exclusive) to 1.</summary>
    public double Strength { get; init; } = 1;
}
