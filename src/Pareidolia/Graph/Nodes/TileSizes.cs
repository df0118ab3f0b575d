using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;

namespace Pareidolia.Graph.Nodes;

/// <summary>Sizes of tiles that ComfyUI's tiled nodes ask for. Our bands have no seams and need none.</summary>
internal static class TileSizes
{
    /// <summary>Taken, and without effect. Older graphs leave the last three out.</summary>
    public static IReadOnlyList<Input> Inputs { get; } =
    [
        new WholeInput("tile_size", 512, 64, 4096, 32), new WholeInput("overlap", 64, 0, 4096, 32) { Optional = true },
        new WholeInput("temporal_size", 64, 8, 4096, 4) { Optional = true }, new WholeInput("temporal_overlap", 8, 4, 4096, 4) { Optional = true },
    ];
}
