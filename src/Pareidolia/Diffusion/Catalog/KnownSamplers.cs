using Pareidolia.Diffusion.Samplers;

namespace Pareidolia.Diffusion.Catalog;

/// <summary>All samplers, the web UI's first.</summary>
internal static class KnownSamplers
{
    public static readonly CatalogEntry[] All = [.. KDiffusionSamplers.All, .. TimestepSamplers.All, .. ComfyUiSamplers.All, .. PlusPlusSamplers.All];
}
