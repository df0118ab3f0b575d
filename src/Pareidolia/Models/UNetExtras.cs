using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>What some UNets hear besides time and text; a model's config says which.</summary>
public sealed record UNetExtras
{
    /// <summary>The pooled text [b, d] (SDXL).</summary>
    public Tensor? TextEmbeds { get; init; }

    /// <summary>Original height and width, top and left of the crop, target height and width in pixels [b, 6] (SDXL).</summary>
    public Tensor? TimeIds { get; init; }

    /// <summary>A class, or a noise level, for each picture.</summary>
    public IReadOnlyList<int>? ClassLabels { get; init; }

    /// <summary>1 for each token of the text that may be looked at, else 0, [b, m].</summary>
    public Tensor? ContextMask { get; init; }

    /// <summary>What ControlNets add.</summary>
    internal ControlResiduals? Control { get; init; }

    /// <summary>How the way up weighs what comes from below and its skip connections; null for as they are.</summary>
    internal SkipBalance? Balance { get; init; }

    /// <summary>What sees where the pixels of the bottom look; null for nothing.</summary>
    internal BottomWatch? MidWatch { get; init; }

    /// <summary>
    /// Whether the pixels of the bottom do not look at each other: the worse prediction that perturbed-attention guidance steers away from
    /// (https://arxiv.org/abs/2403.17377).
    /// </summary>
    public bool MidApart { get; init; }
}
