using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Many windows: kernels of a slab of columns are transformed once and read by all tasks. A task is a block of windows and multiplies place by place, so that the
/// windows of one place stay in its core's cache while the kernels of that place stream by once. Channels are cut into chunks of at most L.RowStride.
/// </summary>
internal readonly unsafe struct WinogradShared<L> : ILaneWork
    where L : struct, IPanelLayout
{
    private const int MostWindows = 128;
    private const long SlabFloats = 10 << 20;

    private readonly WinogradWindows _windows;
    private readonly GemmOutput _output;
    private readonly int _block;
    private readonly WinogradSlab _slab;

    private WinogradShared(WinogradWindows windows, in GemmOutput output, int block, in WinogradSlab slab) =>
        (_windows, _output, _block, _slab) = (windows, output, block, slab);

    public static void Run<B>(Backend device, WinogradWindows windows, int outputs, in B kernels, in GemmOutput output)
        where B : struct, IRight
    {
        WinogradCut cut = WinogradCut.Of(windows.Depth, outputs, L.RowStride);
        WinogradKernels<B> transformed = new(kernels, cut);
        long panelFloats = Winograd.Places * WinogradSlab.Floats(1, cut);
        int most = GemmPlan.EvenPart(cut.Panels, (int)Math.Clamp(SlabFloats / panelFloats, 1, cut.Panels), 1);
        using Workspace space = new(device, most * panelFloats * sizeof(float));
        // A block for each thread: its windows share each kernel that is read. How windows are cut changes no sum.
        int block = GemmPlan.EvenPart(windows.Count, Math.Min(MostWindows, GemmPlan.Ceiling(windows.Count, CpuBackend.Threads)), Tile.MaxRows);
        for (int first = 0; first < cut.Panels; first += most)
        {
            WinogradSlab slab = new(space.Floats, first, Math.Min(most, cut.Panels - first), cut);
            LaneWorkers.Run(slab.Tasks, new Fill<B>(slab, transformed));
            LaneWorkers.Run(GemmPlan.Ceiling(windows.Count, block), new WinogradShared<L>(windows, output, block, slab));
        }
    }

    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int first = task * _block, count = Math.Min(_block, _windows.Count - first);
        WinogradBlock<L> at = new(_windows, first, count, _slab.Cut, _output);
        float* transformed = at.Transform<V>();
        long placeFloats = (_slab.Panels * at.SumFloats) + Packing.Line;
        float* sums = Scratch.Floats(Scratch.Slot.Sums, Winograd.Places * placeFloats);
        for (int place = 0; place < Winograd.Places; place++)
            for (int panel = 0; panel < _slab.Panels; panel++)
                for (int part = 0; part < _slab.Cut.Chunks; part++)
                    at.Multiply(
                        transformed, place, part, _slab.First + panel, _slab.Panel(place, panel, part), sums + (place * placeFloats) + (panel * at.SumFloats));
        for (int i = 0; i < count; i++)
            for (int panel = 0; panel < _slab.Panels; panel++)
                at.Finish<V>(i, _slab.First + panel, sums + (panel * at.SumFloats), placeFloats);
    }

    // One task: a panel of columns and a chunk of channels.
    private readonly struct Fill<B>(WinogradSlab slab, WinogradKernels<B> kernels) : ILaneWork
        where B : struct, IRight
    {
        private readonly WinogradKernels<B> _kernels = kernels;
        private readonly WinogradSlab _slab = slab;

        public void Run<V>(int task)
            where V : unmanaged, ILanes<V>
        {
            (int panel, int part) = Math.DivRem(task, _slab.Cut.Chunks);
            _kernels.Transform<V>(_slab.First + panel, part, _slab.Panel(0, panel, part), _slab.PlaceFloats);
        }
    }
}

/// <summary>Transformed kernels of some panels of columns: place by place, panel by panel, chunk by chunk, each [channels, <see cref="Tile.Columns"/>].</summary>
/// <param name="start">Place 0 of the first panel.</param>
/// <param name="first">First panel.</param>
/// <param name="panels">How many.</param>
/// <param name="cut">How channels are cut.</param>
internal readonly unsafe struct WinogradSlab(float* start, int first, int panels, WinogradCut cut)
{
    public int First => first;

    public int Panels => panels;

    public WinogradCut Cut => cut;

    public int Tasks => panels * cut.Chunks;

    /// <summary>From one place to the next. A line more, because places an exact number of pages apart would fall on the same lines of the first cache.</summary>
    public long PlaceFloats => Floats(panels, cut);

    public static long Floats(int panels, WinogradCut cut) => ((long)panels * cut.Chunks * cut.Chunk * Tile.Columns) + Packing.Line;

    public float* Panel(int place, int panel, int part) =>
        start + (place * PlaceFloats) + ((((long)panel * cut.Chunks) + part) * cut.Chunk * Tile.Columns);
}
