using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>3x3 kernels [9 taps x depth, outputs], transformed a panel of columns and a chunk of channels at a time.</summary>
internal readonly unsafe struct WinogradKernels<B>(B taps, WinogradCut cut)
    where B : struct, IRight
{
    /// <summary>Channels that are transformed at a time: all their places stay in a core's cache.</summary>
    public const int MostChannels = 64;

    private readonly B _taps = taps;

    // Panels an exact number of pages apart would fall on the same lines of the first cache.
    private static int TapFloats => (MostChannels * Tile.Columns) + Packing.Line;

    /// <summary>Writes place k of a panel [channels, <see cref="Tile.Columns"/>] to <paramref name="to"/> + k * <paramref name="stride"/>.</summary>
    public void Transform<V>(int panel, int part, float* to, long stride)
        where V : unmanaged, ILanes<V>
    {
        float* packed = Scratch.Floats(Scratch.Slot.Taps, 9L * TapFloats);
        int start = part * cut.Chunk, end = start + cut.DepthOf(part);
        for (int channel = start; channel < end; channel += MostChannels)
        {
            int some = Math.Min(MostChannels, end - channel);
            for (int tap = 0; tap < 9; tap++)
                _taps.Pack(panel * Tile.Columns, cut.Columns(panel), (tap * cut.Depth) + channel, some, packed + (tap * TapFloats));
            WinogradTransform.Kernels<V>(packed, TapFloats, some * Tile.Columns, to + ((channel - start) * Tile.Columns), stride);
        }
    }
}
