using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>3x3 kernels [9 taps x depth, outputs], transformed a panel of columns at a time.</summary>
internal readonly unsafe struct WinogradKernels<B>(B taps, int depth, int outputs)
    where B : struct, IRight
{
    /// <summary>Channels that are transformed at a time: all their places stay in a core's cache.</summary>
    public const int MostChannels = 64;

    private readonly B _taps = taps;

    /// <summary>Channels in.</summary>
    public int Depth => depth;

    /// <summary>Channels out.</summary>
    public int Outputs => outputs;

    // Panels an exact number of pages apart would fall on the same lines of the first cache.
    private static int TapFloats => (MostChannels * Tile.Columns) + Packing.Line;

    /// <summary>Columns of a panel that are there.</summary>
    public int Columns(int panel) => Math.Min(Tile.Columns, outputs - (panel * Tile.Columns));

    /// <summary>Writes place k of a panel [channels, <see cref="Tile.Columns"/>] to <paramref name="to"/> + k * <paramref name="stride"/>.</summary>
    public void Transform<V>(int panel, int channel, int channels, float* to, long stride)
        where V : unmanaged, ILanes<V>
    {
        float* packed = Scratch.Floats(Scratch.Slot.Taps, 9L * TapFloats);
        for (int first = 0; first < channels; first += MostChannels)
        {
            int some = Math.Min(MostChannels, channels - first);
            for (int tap = 0; tap < 9; tap++)
                _taps.Pack(panel * Tile.Columns, Columns(panel), (tap * depth) + channel + first, some, packed + (tap * TapFloats));
            WinogradTransform.Kernels<V>(packed, TapFloats, some * Tile.Columns, to + (first * Tile.Columns), stride);
        }
    }
}
