using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>All that a run draws with.</summary>
/// <param name="Pipeline">The model.</param>
/// <param name="Ways">Models that join it.</param>
internal sealed record LoadedModels(StableDiffusionPipeline Pipeline, WayModels Ways) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Ways.Dispose();
        Pipeline.Dispose();
    }
}
