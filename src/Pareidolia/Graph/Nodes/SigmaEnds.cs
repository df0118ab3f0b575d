using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;

namespace Pareidolia.Graph.Nodes;

/// <summary>The ends of schedules that know no model: those of Stable Diffusion where nothing is said.</summary>
internal static class SigmaEnds
{
    // 0 and below have no logarithm and no root.
    private const double Smallest = 1e-6;

    /// <summary>The noisiest.</summary>
    public static NumberInput Most() => new("sigma_max", 14.614642, Smallest, 5000);

    /// <summary>The cleanest but the end.</summary>
    public static NumberInput Least() => new("sigma_min", 0.0291675, Smallest, 5000);
}
