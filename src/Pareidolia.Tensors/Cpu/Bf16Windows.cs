using Pareidolia.Tensors.Cpu.Emitted;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// 3x3 convolutions of stride 1 in bfloat16 whose windows are never gathered: a task rounds some rows of the pictures once, with a zero behind each row, and
/// the tile unit reads each tap's rows of pixels where they lie, an offset apart. The rows of all pictures follow each other, with a row of zeros between
/// two pictures; what the zeros would become is not written.
/// </summary>
internal static unsafe class Bf16Windows
{
    private const int Taps = Bf16WindowsPlan.Taps;

    // Cycles that gathering a number costs, and that 32 columns of a panel do.
    private const double Gather = 0.9, Multiply = 1.0 / 16;

    /// <summary>Whether there is a tile unit, and fewer cycles are lost on zeros than saved by not gathering.</summary>
    /// <param name="p">The convolution, or that whose input gradient is wanted.</param>
    /// <param name="depth">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="y">The result.</param>
    public static bool Suits(ConvGeometry p, int depth, int outputs, Shape y)
    {
        if (!Bf16Unit.HasTiles || p with { Groups = 1 } != new ConvGeometry(3, 3, Top: 1, Bottom: 1, Left: 1, Right: 1))
            return false;
        int panels = GemmPlan.Ceiling(outputs, Bf16Unit.Side);
        double zeros = (y[1] + 1.0) * (y[2] + 1.0) / ((double)y[1] * y[2]);
        double here = Bf16WindowsPlan.Channels(depth) * ((panels * Multiply * zeros) + (Gather / Taps));
        return here < depth * ((panels * Multiply) + Gather);
    }

    /// <summary>output [pixels, outputs] = windows of the patches times kernels.</summary>
    /// <param name="images">Pictures of the batch.</param>
    /// <param name="patches">Where the input lies.</param>
    /// <param name="depth">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernels">[9 taps x depth, outputs], the taps row by row.</param>
    /// <param name="output">Where the result goes.</param>
    public static void Run<B>(int images, in Patches patches, int depth, int outputs, in B kernels, in GemmOutput output)
        where B : struct, IRight
    {
        Bf16WindowsPlan plan = Bf16WindowsPlan.Of(images, patches, depth, outputs);
        byte* packed = PanelColumns.Packed(kernels);
        if (packed == null)
        {
            packed = (byte*)Scratch.Floats(Scratch.Slot.SharedHalf, (long)plan.Panels * plan.Steps * Bf16Unit.StepBytes / sizeof(float));
            Workers.Run(plan.Panels, new PackKernels<B>(plan, kernels, packed));
        }
        Workers.Run(GemmPlan.Ceiling(plan.Rows, plan.TaskRows), new MultiplyRows(plan, patches, output, packed));
    }

    // One task: one panel, all its depth.
    private readonly struct PackKernels<B>(Bf16WindowsPlan plan, B kernels, byte* packed) : IWork
        where B : struct, IRight
    {
        public void Run(int task)
        {
            float* scratch = Scratch.Floats(Scratch.Slot.Right, (Bf16Unit.Depth + 1) * Tile.MaxColumns);
            int column = task * Bf16Unit.Side, columns = Math.Min(Bf16Unit.Side, plan.Outputs - column);
            byte* to = packed + ((long)task * plan.Steps * Bf16Unit.StepBytes);
            for (int tap = 0; tap < Taps; tap++)
                for (int channel = 0; channel < plan.Depth; channel += Bf16Unit.Depth, to += Bf16Unit.StepBytes)
                    Bf16.Step(kernels, column, columns, (tap * plan.Depth) + channel, Math.Min(Bf16Unit.Depth, plan.Depth - channel), scratch, to);
        }
    }

    // One task: some rows of pixels, all outputs.
    private readonly struct MultiplyRows(Bf16WindowsPlan plan, Patches patches, GemmOutput output, byte* packed) : IWork
    {
        // Groups of pixels that share what is fetched of the kernels, and steps that stay in the first cache meanwhile.
        private const int Groups = 4, BlockSteps = Bf16Gemm.MostDepth / Bf16Unit.Depth;

        public void Run(int task)
        {
            int first = task * plan.TaskRows, rows = Math.Min(plan.TaskRows, plan.Rows - first);
            int groups = GemmPlan.Ceiling((long)rows * plan.Pitch, Bf16Unit.Side);
            byte* pixels = (byte*)Scratch.Floats(Scratch.Slot.Windows, plan.TaskBytes / sizeof(float));
            PackRows(first, rows, pixels);
            long* places = stackalloc long[2 * BlockSteps];
            Bf16Unit.Configure();
            for (int group = 0; group < groups; group += Groups)
                MultiplyGroups(first, rows, group, Math.Min(Groups, groups - group), pixels, places);
            Bf16Unit.Release();
        }

        // The rows above and below with them; a zero before the first and behind each.
        private void PackRows(int first, int rows, byte* to)
        {
            Zero(ref to, 1);
            for (int row = first - 1; row <= first + rows; row++)
            {
                (int image, int y) = Math.DivRem(row, plan.Height + 1);
                if (row < 0 || row >= plan.Rows || y == plan.Height)
                {
                    Zero(ref to, plan.Pitch);
                    continue;
                }
                PackRow(patches.Start + (((long)image * plan.Height) + y) * plan.Width * patches.PixelStride, to);
                to += plan.Width * plan.PixelBytes;
                Zero(ref to, 1);
            }
        }

        private void PackRow(float* from, byte* to)
        {
            int filled = plan.Depth % Bf16Unit.Depth;
            if (filled == 0 && patches.PixelStride == plan.Depth)
            {
                Bf16.Row(from, plan.Width * plan.Depth, to, Bf16.TileRow);
                return;
            }
            for (int x = 0; x < plan.Width; x++, from += patches.PixelStride, to += plan.PixelBytes)
            {
                if (filled != 0)
                    new Span<byte>(to + plan.PixelBytes - Bf16.TileRow, Bf16.TileRow).Clear();
                Bf16.Row(from, plan.Depth, to, Bf16.TileRow);
            }
        }

        private void Zero(ref byte* to, int pixels)
        {
            new Span<byte>(to, pixels * plan.PixelBytes).Clear();
            to += pixels * plan.PixelBytes;
        }

        private void MultiplyGroups(int first, int rows, int group, int count, byte* pixels, long* places)
        {
            const int SumFloats = Bf16Unit.Side * Bf16Unit.Side;
            float* sums = Scratch.Floats(Scratch.Slot.Sums, (long)plan.Panels * Groups * SumFloats);
            byte* left = pixels + ((long)group * Bf16Unit.Side * plan.PixelBytes);
            for (int step = 0; step < plan.Steps; step += BlockSteps)
            {
                int steps = Math.Min(BlockSteps, plan.Steps - step);
                plan.Places(step, steps, places);
                for (int panel = 0; panel < plan.Panels; panel++)
                    for (int i = 0; i < count; i++)
                    {
                        float* sum = sums + ((((long)panel * Groups) + i) * SumFloats);
                        byte* right = packed + ((((long)panel * plan.Steps) + step) * Bf16Unit.StepBytes);
                        Bf16Unit.MultiplyWindows(left + ((long)i * Bf16Unit.Side * plan.PixelBytes), places, plan.PixelBytes, right, sum, steps, step == 0);
                        if (step + steps == plan.Steps)
                            Take(sum, first, rows, (group + i) * Bf16Unit.Side, panel * Bf16Unit.Side);
                    }
            }
        }

        // The pixels among a group's places, row by row.
        private void Take(float* sums, int first, int rows, int place, int column)
        {
            int columns = Math.Min(Bf16Unit.Side, plan.Outputs - column), end = Math.Min(place + Bf16Unit.Side, rows * plan.Pitch);
            for (int at = place, count; at < end; at += count)
            {
                int inside = plan.Pixels((first * plan.Pitch) + at, end - at, out count, out long pixel);
                if (inside > 0)
                    output.Take(sums + ((at - place) * Bf16Unit.Side), Bf16Unit.Side, (int)pixel, inside, column, columns, true, true);
            }
        }
    }
}

/// <summary>How such a convolution is cut.</summary>
/// <param name="Rows">Rows of all pictures, and of the zeros behind each.</param>
/// <param name="Height">Rows of a picture.</param>
/// <param name="Width">Pixels of a row.</param>
/// <param name="Depth">Channels in.</param>
/// <param name="Outputs">Channels out.</param>
/// <param name="TaskRows">Rows of one task.</param>
internal readonly record struct Bf16WindowsPlan(int Rows, int Height, int Width, int Depth, int Outputs, int TaskRows)
{
    /// <summary>Taps of a kernel.</summary>
    public const int Taps = 9;

    // Pixels that are worth fetching the kernels for; rows that stay in the second cache; tasks for any machine that runs small products well.
    private const int LeastPixels = 128, MostBytes = 1 << 20, WantedTasks = 16;

    /// <summary>Places of a row: its pixels and a zero.</summary>
    public int Pitch => Width + 1;

    public int PixelBytes => Channels(Depth) * 2;

    public int Panels => GemmPlan.Ceiling(Outputs, Bf16Unit.Side);

    /// <summary>Steps of one window.</summary>
    public int Steps => Taps * TapSteps;

    /// <summary>A task's rows with those above and below, and what the last group reads beyond them.</summary>
    public long TaskBytes => (1L + ((TaskRows + 2L) * Pitch) + Bf16Unit.Side) * PixelBytes;

    private int TapSteps => Channels(Depth) / Bf16Unit.Depth;

    public static Bf16WindowsPlan Of(int images, in Patches patches, int depth, int outputs)
    {
        (int height, int width) = (patches.GridHeight, patches.GridWidth);
        Bf16WindowsPlan whole = new(images * (height + 1), height, width, depth, outputs, 1);
        int most = (int)Math.Max(1, (MostBytes / ((long)whole.Pitch * whole.PixelBytes)) - 2);
        int rows = Math.Min(most, GemmPlan.Ceiling(whole.Rows, WantedTasks));
        return whole with { TaskRows = Math.Max(rows, GemmPlan.Ceiling(LeastPixels, whole.Pitch)) };
    }

    /// <summary>Channels of a pixel as it is packed: whole steps.</summary>
    public static int Channels(int depth) => GemmPlan.Ceiling(depth, Bf16Unit.Depth) * Bf16Unit.Depth;

    /// <summary>The places of one row from a place on, at most so many.</summary>
    /// <param name="place">Row times <see cref="Pitch"/> plus column.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="count">How many of this row.</param>
    /// <param name="pixel">The pixel at the first place.</param>
    /// <returns>How many of them, the first ones, are pixels.</returns>
    public int Pixels(int place, int most, out int count, out long pixel)
    {
        (int row, int x) = Math.DivRem(place, Pitch);
        (int image, int y) = Math.DivRem(row, Height + 1);
        count = Math.Min(Pitch - x, most);
        pixel = ((((long)image * Height) + y) * Width) + x;
        return y == Height ? 0 : Math.Min(count, Width - x);
    }

    /// <summary>For each of some steps, how many bytes behind the first place the first and the second 16 rows of pixels lie.</summary>
    public unsafe void Places(int first, int count, long* to)
    {
        for (int i = 0; i < count; i++)
        {
            (int tap, int part) = Math.DivRem(first + i, TapSteps);
            (int down, int right) = Math.DivRem(tap, 3);
            long place = ((((long)down * Pitch) + right) * PixelBytes) + (part * Bf16.TileRow);
            to[2 * i] = place;
            to[(2 * i) + 1] = place + (Bf16Unit.Side / 2 * (long)PixelBytes);
        }
    }
}
