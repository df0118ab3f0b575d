using Pareidolia.Tensors.Cpu.Emitted;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Weight gradients of the convolutions of <see cref="Bf16Windows"/>: dw [outputs, 9 taps x channels] = gradient [outputs, places] times windows [places, taps x
/// channels], over the same rows with zeros between. Pixels are rounded once and laid out as pairs of neighbouring places, twice: pairs that begin at even
/// places, and at odd ones. Each tap finds its pairs in one of the two, an offset apart.
/// </summary>
internal static unsafe class Bf16WindowGradient
{
    private const int Taps = Bf16WindowsPlan.Taps, Side = Bf16Unit.Side, SumFloats = Side * Side;

    // Places that one task lays out, channels of a register, and tasks for any machine that runs small products well.
    private const int PairPlaces = 512, Lanes = 16, WantedTasks = 16, LeastPanels = 4;

    /// <summary>Whether it pays, of a convolution with gradient g of its result: as for the convolution, and channels are whole registers.</summary>
    public static bool Suits(ConvGeometry p, int depth, int outputs, Shape g) => depth % Lanes == 0 && Bf16Windows.Suits(p, depth, outputs, g);

    /// <summary>dw [outputs, taps x depth], a plain output.</summary>
    /// <param name="images">Pictures of the batch.</param>
    /// <param name="patches">Where the input lies.</param>
    /// <param name="depth">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="gradient">The first output of the first pixel.</param>
    /// <param name="stride">From one pixel's gradient to the next.</param>
    /// <param name="dw">Where the result goes.</param>
    public static void Run(int images, in Patches patches, int depth, int outputs, float* gradient, long stride, in GemmOutput dw)
    {
        Bf16WindowsPlan plan = Bf16WindowsPlan.Of(images, patches, depth, outputs);
        Bf16Plan cut = Bf16Plan.Of(outputs, Side, plan.Rows * plan.Pitch);
        byte* left = (byte*)Scratch.Floats(Scratch.Slot.SharedHalf, cut.RowPanels * cut.DepthBytes / sizeof(float));
        Workers.Run(cut.RowPanels, new PackGradient(cut, new PlacedColumns(gradient, stride, plan), left));
        PlacePairs pairs = new(plan, patches, GemmPlan.Ceiling(cut.K, Bf16Unit.Depth) * Bf16Unit.Depth);
        Workers.Run(GemmPlan.Ceiling(pairs.Count, PairPlaces), pairs);
        int blocks = GemmPlan.Ceiling(depth, Side);
        int parts = Math.Clamp(GemmPlan.Ceiling(WantedTasks, blocks), 1, GemmPlan.Ceiling(cut.RowPanels, LeastPanels));
        Workers.Run(blocks * parts, new MultiplyChannels(plan, cut, left, pairs, dw, parts));
    }

    // One task: 32 outputs.
    private readonly struct PackGradient(Bf16Plan cut, PlacedColumns gradient, byte* to) : IWork
    {
        private readonly LeftHalf<PlacedColumns, DepthPanel> _panels = new(gradient, cut);

        public void Run(int task)
        {
            for (int block = 0; block < cut.DepthBlocks; block++)
                _panels.Pack(task, block, cut.Shared(to, task, block));
        }
    }

    // The gradient as a left matrix [outputs, places].
    private readonly struct PlacedColumns(float* gradient, long stride, Bf16WindowsPlan plan) : ILeft<DepthPanel>
    {
        public float* Pack(int row, int rows, int k, int depth, float* panel)
        {
            for (int at = 0, count; at < depth; at += count)
            {
                int inside = plan.Pixels(k + at, depth - at, out count, out long pixel);
                float* from = gradient + (pixel * stride) + row, to = panel + (at * DepthPanel.DepthStride);
                for (int i = 0; i < inside; i++, from += stride, to += DepthPanel.DepthStride)
                    Packing.Copy(from, to, rows);
                for (int i = inside; i < count; i++, to += DepthPanel.DepthStride)
                    Packing.Clear(to, rows);
            }
            return panel;
        }

        public Lying At(int row, int k) => default;
    }

    // Pairs of the input's neighbouring places, counted from the zero before the row of zeros above the first picture. One task: some of them.
    private readonly struct PlacePairs : IWork
    {
        private readonly Bf16WindowsPlan _plan;
        private readonly Patches _patches;
        private readonly uint* _pairs;

        public PlacePairs(in Bf16WindowsPlan plan, in Patches patches, int places)
        {
            (_plan, _patches, Count) = (plan, patches, places + (2 * plan.Pitch) + 2);
            _pairs = (uint*)Scratch.Floats(Scratch.Slot.Windows, 2L * OfOneKind * Channels);
        }

        public int Count { get; }

        // Numbers of a pair: as many as a pixel has channels when it is packed.
        public int Channels => _plan.PixelBytes / 2;

        private int OfOneKind => (Count + 1) / 2;

        public uint* At(int place) => _pairs + ((((place & 1) * (long)OfOneKind) + (place >> 1)) * Channels);

        public void Run(int task)
        {
            int first = task * PairPlaces, end = Math.Min(Count, first + PairPlaces);
            float* zeros = Scratch.Floats(Scratch.Slot.Right, _plan.Depth);
            Packing.Clear(zeros, _plan.Depth);
            float* low = Pixel(first, zeros);
            for (int place = first; place < end; place++)
            {
                float* high = Pixel(place + 1, zeros);
                uint* to = At(place);
                for (int c = 0; c < _plan.Depth; c += Lanes)
                    Bf16.Pair(low + c, high + c, to + c);
                new Span<uint>(to + _plan.Depth, Channels - _plan.Depth).Clear();
                low = high;
            }
        }

        private float* Pixel(int place, float* zeros)
        {
            int at = place - 1 - _plan.Pitch;
            if (at < 0 || at >= _plan.Rows * _plan.Pitch)
                return zeros;
            return _plan.Pixels(at, 1, out _, out long pixel) == 0 ? zeros : _patches.Start + (pixel * _patches.PixelStride);
        }
    }

    // One task: 32 channels of all taps, some of the outputs.
    private readonly struct MultiplyChannels(Bf16WindowsPlan plan, Bf16Plan cut, byte* left, PlacePairs pairs, GemmOutput dw, int parts) : IWork
    {
        public void Run(int task)
        {
            (int block, int part) = Math.DivRem(task, parts);
            int first = cut.RowPanels * part / parts, panels = (cut.RowPanels * (part + 1) / parts) - first;
            float* sums = Scratch.Floats(Scratch.Slot.Sums, (long)Taps * panels * SumFloats);
            Bf16Unit.Configure();
            for (int k = 0; k < cut.DepthBlocks; k++)
                for (int tap = 0; tap < Taps; tap++)
                    Multiply(k, tap, block * Side, first, panels, sums + ((long)tap * panels * SumFloats));
            Bf16Unit.Release();
            for (int tap = 0; tap < Taps; tap++)
                for (int panel = 0; panel < panels; panel++)
                    Take(sums + (((tap * panels) + panel) * SumFloats), (first + panel) * Side, tap, block * Side);
        }

        private void Multiply(int block, int tap, int channel, int first, int panels, float* sums)
        {
            uint* right = pairs.At((block * cut.Depth) + (tap / 3 * plan.Pitch) + (tap % 3)) + channel;
            for (int panel = 0; panel < panels; panel++, sums += SumFloats)
                Bf16Unit.MultiplyPairs(
                    cut.Shared(left, first + panel, block), (byte*)right, pairs.Channels * sizeof(uint), sums, cut.StepsOf(block), block == 0);
        }

        private void Take(float* sums, int output, int tap, int channel) => dw.Take(
            sums, Side, output, Math.Min(Side, plan.Outputs - output), (tap * plan.Depth) + channel, Math.Min(Side, plan.Depth - channel), true, true);
    }
}
