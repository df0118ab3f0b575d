using System.Runtime.Intrinsics;
using Pareidolia.Tensors.Cpu.Emitted;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Matrix products of bytes with exact sums. One side is packed once for all tasks; the other by each task for itself, a few panels at a time, so that what is
/// fetched of the shared side is used for all of them. Parts of the depth meet in float32 in their order, whatever computes them.
/// </summary>
internal static unsafe class ByteGemm
{
    private const int Side = ByteUnit.Side, TileSize = Side * Side;
    private const int WantedTasks = 16;
    private const int MostOwnPanels = 4;

    /// <summary>output = left right.</summary>
    public static void Run(in BytePlan plan, in PixelPanels left, in WeightPanels right, in GemmOutput output)
    {
        bool shareLeft = plan.M <= plan.N;
        int shared = shareLeft ? plan.RowPanels : plan.ColumnPanels, own = shareLeft ? plan.ColumnPanels : plan.RowPanels;
        int ownPanels = Math.Clamp(own / WantedTasks, 1, MostOwnPanels);
        byte* packed = (byte*)Scratch.Floats(Scratch.Slot.SharedHalf, (long)shared * plan.Pieces * plan.PanelBytes / sizeof(float));
        int tasks = GemmPlan.Ceiling(own, ownPanels);
        if (shareLeft)
        {
            Workers.Run(shared, new PackShared<PixelPanels>(plan, left, packed));
            LaneWorkers.Run(tasks, new MultiplyPanels<WeightPanels>(plan, right, output, packed, ownPanels, true));
        }
        else
        {
            Workers.Run(shared, new PackShared<WeightPanels>(plan, right, packed));
            LaneWorkers.Run(tasks, new MultiplyPanels<PixelPanels>(plan, left, output, packed, ownPanels, false));
        }
    }

    // One task: one panel, all its depth.
    private struct PackShared<P>(BytePlan plan, P side, byte* packed) : IWork
        where P : struct, IBytePanels
    {
        public void Run(int task)
        {
            for (int piece = 0; piece < plan.Pieces; piece++)
                side.Pack(task, piece, plan.Shared(packed, task, piece));
        }
    }

    // One task: some panels of its own side times all panels of the shared side.
    private struct MultiplyPanels<P>(BytePlan plan, P side, GemmOutput output, byte* packed, int ownPanels, bool shareLeft) : ILaneWork
        where P : struct, IBytePanels
    {
        private readonly int Shared => shareLeft ? plan.RowPanels : plan.ColumnPanels;

        private readonly int Own => shareLeft ? plan.ColumnPanels : plan.RowPanels;

        public void Run<V>(int task)
            where V : unmanaged, ILanes<V>
        {
            int first = task * ownPanels, count = Math.Min(Own - first, ownPanels), together = plan.Together;
            byte* own = (byte*)Scratch.Floats(Scratch.Slot.OwnHalf, (long)ownPanels * together * plan.PanelBytes / sizeof(float));
            long waiting = together == plan.Pieces ? 1 : (long)Shared * ownPanels;
            int* sums = (int*)Scratch.Floats(Scratch.Slot.Sums, plan.Blocks > 1 ? waiting * TileSize : TileSize);
            float* results = Scratch.Floats(Scratch.Slot.Partial, plan.Parts > 1 ? waiting * TileSize : TileSize);
            TileUnit.Configure();
            for (int piece = 0; piece < plan.Pieces; piece += together)
            {
                for (int i = 0; i < count * together; i++)
                    side.Pack(first + (i / together), piece + (i % together), own + ((long)i * plan.PanelBytes));
                for (int other = 0; other < Shared; other++)
                    for (int i = 0; i < count; i++)
                    {
                        long tile = waiting == 1 ? 0 : (((long)other * count) + i) * TileSize;
                        byte* panels = own + ((long)i * together * plan.PanelBytes);
                        MultiplyPieces<V>(first + i, other, piece, panels, sums + (plan.Blocks > 1 ? tile : 0), results + (plan.Parts > 1 ? tile : 0));
                    }
            }
            TileUnit.Release();
        }

        private readonly void MultiplyPieces<V>(int panel, int other, int piece, byte* own, int* sums, float* results)
            where V : unmanaged, ILanes<V>
        {
            for (int i = 0; i < plan.Together; i++)
                Multiply<V>(panel, other, piece + i, own + ((long)i * plan.PanelBytes), sums, results);
        }

        private readonly void Multiply<V>(int panel, int other, int piece, byte* own, int* sums, float* results)
            where V : unmanaged, ILanes<V>
        {
            byte* shared = plan.Shared(packed, other, piece);
            byte* left = shareLeft ? shared : own, right = shareLeft ? own : shared;
            (int part, int block) = Math.DivRem(piece, plan.Blocks);
            int row = (shareLeft ? other : panel) * Side, column = (shareLeft ? panel : other) * Side, rows = Math.Min(Side, plan.M - row);
            bool last = piece == plan.Pieces - 1;
            if (last)
                output.Prefetch(row, rows, column);
            ByteUnit.Multiply(left, right, sums, plan.StepsOf(block), block == 0);
            if (block < plan.Blocks - 1)
                return;
            Add<V>(sums, (float*)(left + plan.FloatsAt), (float*)(right + plan.FloatsAt), results, part == 0, last);
            if (!last)
                return;
            output.Take(results, Side, row, rows, column, Math.Min(Side, plan.N - column), true, true);
        }
    }

    // results (+)= sums x factor of the row + sum of the weights x shift of the row; at the end, x factor of the column.
    private static void Add<V>(int* sums, float* left, float* right, float* results, bool first, bool last)
        where V : unmanaged, ILanes<V>
    {
        for (int column = 0; column < Side; column += V.Count)
        {
            float* to = results + column;
            V weights = V.Load(right + column), factor = V.Load(right + Side + column);
            for (int row = 0; row < Side; row++, to += Side)
            {
                V sum = V.FromInt(V.Load((float*)(sums + (row * Side) + column))) * V.Of(left[row]);
                sum += weights * V.Of(left[Side + row]);
                if (!first)
                    sum = V.Load(to) + sum;
                (last ? sum * factor : sum).Store(to);
            }
        }
    }
}
