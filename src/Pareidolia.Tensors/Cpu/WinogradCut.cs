using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>How the channels of a convolution are cut: those that come in into chunks, evenly and in whole registers, those that go out into panels.</summary>
/// <param name="Depth">Channels in.</param>
/// <param name="Outputs">Channels out.</param>
/// <param name="Chunk">Channels of a chunk.</param>
internal readonly record struct WinogradCut(int Depth, int Outputs, int Chunk)
{
    public int Chunks => GemmPlan.Ceiling(Depth, Chunk);

    public int Panels => GemmPlan.Ceiling(Outputs, Tile.Columns);

    /// <summary>Chunks of at most so many channels.</summary>
    public static WinogradCut Of(int depth, int outputs, int most) => new(depth, outputs, GemmPlan.EvenPart(depth, most, Lanes.Count));

    /// <summary>Channels of one chunk.</summary>
    public int DepthOf(int part) => Math.Min(Chunk, Depth - (part * Chunk));

    /// <summary>Columns of a panel that are there.</summary>
    public int Columns(int panel) => Math.Min(Tile.Columns, Outputs - (panel * Tile.Columns));
}
