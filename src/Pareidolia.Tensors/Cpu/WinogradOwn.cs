using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Few windows: a task is a block of windows and a block of columns, and transforms kernels for itself, all places of a few channels at a time, so that kernels
/// and sums stay in its core's cache.
/// </summary>
internal readonly unsafe struct WinogradOwn<B> : ILaneWork
    where B : struct, IRight
{
    private const int MostWindows = 96;
    private const int LeastWindows = 36;
    private const long WindowFloats = 768 << 10;
    private const int LeastColumns = 128;
    private const int WantedTasks = 16;

    private readonly WinogradWindows _windows;
    private readonly WinogradCut _cut;
    private readonly WinogradKernels<B> _kernels;
    private readonly GemmOutput _output;
    private readonly int _block;
    private readonly int _partPanels;

    private WinogradOwn(WinogradWindows windows, int outputs, in B kernels, in GemmOutput output)
    {
        _cut = WinogradCut.Of(windows.Depth, outputs, ShortRows.RowStride);
        (_windows, _kernels, _output) = (windows, new WinogradKernels<B>(kernels, _cut), output);
        long most = Math.Clamp(WindowFloats / (Winograd.Places * (long)windows.Depth), LeastWindows, MostWindows);
        _block = GemmPlan.EvenPart(windows.Count, (int)most, Tile.MaxRows);
        int parts = Math.Clamp(GemmPlan.Ceiling(WantedTasks, Blocks), 1, Math.Max(1, outputs / LeastColumns));
        _partPanels = GemmPlan.Ceiling(_cut.Panels, parts);
    }

    private int Blocks => GemmPlan.Ceiling(_windows.Count, _block);

    private int Parts => GemmPlan.Ceiling(_cut.Panels, _partPanels);

    // A line more, because places an exact number of pages apart would fall on the same lines of the first cache.
    private long PanelFloats => ((long)_cut.Chunk * Tile.Columns) + Packing.Line;

    public static void Run(WinogradWindows windows, int outputs, in B kernels, in GemmOutput output)
    {
        WinogradOwn<B> work = new(windows, outputs, kernels, output);
        LaneWorkers.Run(work.Blocks * work.Parts, work);
    }

    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        (int place, int part) = Math.DivRem(task, Parts);
        int first = place * _block, count = Math.Min(_block, _windows.Count - first);
        WinogradBlock<ShortRows> at = new(_windows, first, count, _cut, _output);
        float* transformed = at.Transform<V>();
        int end = Math.Min(_cut.Panels, (part + 1) * _partPanels);
        for (int panel = part * _partPanels; panel < end; panel++)
            Multiply<V>(at, count, transformed, panel);
    }

    private void Multiply<V>(in WinogradBlock<ShortRows> at, int count, float* transformed, int panel)
        where V : unmanaged, ILanes<V>
    {
        long sumFloats = at.SumFloats + Packing.Line;
        float* sums = Scratch.Floats(Scratch.Slot.Sums, Winograd.Places * sumFloats);
        float* kernels = Scratch.Floats(Scratch.Slot.Right, Winograd.Places * PanelFloats);
        for (int part = 0; part < _cut.Chunks; part++)
        {
            _kernels.Transform<V>(panel, part, kernels, PanelFloats);
            for (int place = 0; place < Winograd.Places; place++)
                at.Multiply(transformed, place, part, panel, kernels + (place * PanelFloats), sums + (place * sumFloats));
        }
        for (int i = 0; i < count; i++)
            at.Finish<V>(i, panel, sums, sumFloats);
    }

    private readonly struct ShortRows : IPanelLayout
    {
        public static int RowStride => WinogradKernels<B>.MostChannels;
        public static int DepthStride => 1;
    }
}
