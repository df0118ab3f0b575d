using Pareidolia.Tensors.Cpu.Emitted;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Matrix products of any two sources in bfloat16 with float32 sums, on what the processor has for them. One side is packed once for all tasks, the other by each task for
/// itself, block of depth by block of depth; sums of a task wait in its cache until they are whole. How sums are grouped follows from k alone.
/// </summary>
internal static unsafe class Bf16Gemm
{
    /// <summary>The largest depth of a block, in whole steps.</summary>
    public const int MostDepth = 384;

    private const int Side = Bf16Unit.Side;

    // Below so many multiply-adds, or so little depth, packing costs more than the unit saves.
    private const long LeastWork = 100_000;
    private const int LeastDepth = 16;
    private const int WantedTasks = 16;
    private const int MostOwnPanels = 4;

    /// <summary>Whether it is allowed, and pays.</summary>
    /// <param name="m">Rows of the product.</param>
    /// <param name="n">Columns of the product.</param>
    /// <param name="k">Its depth.</param>
    /// <param name="winograd">Whether it is a convolution that could do with a quarter of the products: faster than all but tiles.</param>
    public static bool Suits(int m, int n, int k, bool winograd = false) => ReducedPrecision.IsAllowed && Bf16Unit.IsSupported
        && (Bf16Unit.HasTiles || !winograd) && k >= LeastDepth && (long)m * n * k >= LeastWork;

    /// <summary>output = left [m, k] right [k, n].</summary>
    public static void Run<A, L, B>(int m, int n, int k, in A left, in B right, in GemmOutput output)
        where A : struct, ILeft<L>
        where L : struct, IPanelLayout
        where B : struct, IRight
    {
        Bf16Plan plan = Bf16Plan.Of(m, n, k);
        bool shareLeft = m <= n;
        int shared = shareLeft ? plan.RowPanels : plan.ColumnPanels, own = shareLeft ? plan.ColumnPanels : plan.RowPanels;
        int ownPanels = Math.Clamp(own / WantedTasks, 1, MostOwnPanels);
        int tasks = GemmPlan.Ceiling(own, ownPanels);
        LeftHalf<A, L> leftPanels = new(left, plan);
        RightHalf<B> rightPanels = new(right, plan);
        if (shareLeft)
            Workers.Run(tasks, new MultiplyPanels<RightHalf<B>>(plan, rightPanels, output, Share(plan, leftPanels, shared), ownPanels, true));
        else
        {
            byte* packed = PanelColumns.Packed(right);
            packed = packed == null ? Share(plan, rightPanels, shared) : packed;
            Workers.Run(tasks, new MultiplyPanels<LeftHalf<A, L>>(plan, leftPanels, output, packed, ownPanels, false));
        }
    }

    private static byte* Share<P>(Bf16Plan plan, P side, int panels)
        where P : struct, IHalfPanels
    {
        byte* packed = (byte*)Scratch.Floats(Scratch.Slot.SharedHalf, panels * plan.DepthBytes / sizeof(float));
        Workers.Run(panels, new PackShared<P>(plan, side, packed));
        return packed;
    }

    // One task: one panel, all its depth.
    private struct PackShared<P>(Bf16Plan plan, P side, byte* packed) : IWork
        where P : struct, IHalfPanels
    {
        public void Run(int task)
        {
            for (int block = 0; block < plan.DepthBlocks; block++)
                _ = side.Pack(task, block, plan.Shared(packed, task, block));
        }
    }

    // One task: some panels of its own side times all panels of the shared side.
    private struct MultiplyPanels<P>(Bf16Plan plan, P side, GemmOutput output, byte* packed, int ownPanels, bool shareLeft) : IWork
        where P : struct, IHalfPanels
    {
        private readonly int Shared => shareLeft ? plan.RowPanels : plan.ColumnPanels;

        private readonly int Own => shareLeft ? plan.ColumnPanels : plan.RowPanels;

        public void Run(int task)
        {
            int first = task * ownPanels, count = Math.Min(Own - first, ownPanels);
            byte* room = (byte*)Scratch.Floats(Scratch.Slot.OwnHalf, (long)ownPanels * plan.PanelBytes / sizeof(float));
            byte** own = stackalloc byte*[MostOwnPanels];
            float* sums = Scratch.Floats(Scratch.Slot.Sums, (long)Shared * ownPanels * Side * Side);
            Bf16Unit.Configure();
            for (int block = 0; block < plan.DepthBlocks; block++)
            {
                for (int i = 0; i < count; i++)
                    own[i] = side.Pack(first + i, block, room + ((long)i * plan.PanelBytes));
                // What is fetched of the shared side is used for all of its own.
                for (int other = 0; other < Shared; other++)
                    for (int i = 0; i < count; i++)
                        Multiply(first + i, other, block, own[i], sums + ((((long)other * count) + i) * Side * Side));
            }
            Bf16Unit.Release();
        }

        private void Multiply(int panel, int other, int block, byte* own, float* sums)
        {
            byte* shared = plan.Shared(packed, other, block);
            byte* left = shareLeft ? shared : own, right = shareLeft ? own : shared;
            int row = (shareLeft ? other : panel) * Side, column = (shareLeft ? panel : other) * Side;
            int rows = Math.Min(Side, plan.M - row), columns = Math.Min(Side, plan.N - column);
            bool last = block == plan.DepthBlocks - 1;
            if (last)
                output.Prefetch(row, rows, column);
            // A whole tile that nothing is done to goes where it belongs.
            if (last && rows == Side && columns == Side && output.IsPlain)
            {
                Bf16Unit.Multiply(left, right, sums, plan.StepsOf(block), block == 0, output.Y + (row * output.RowStride) + column, output.RowStride);
                return;
            }
            Bf16Unit.Multiply(left, right, sums, plan.StepsOf(block), block == 0, sums, Side);
            if (last)
                output.Take(sums, Side, row, rows, column, columns, true, true);
        }
    }
}

/// <summary>How a product of bfloat16 is cut.</summary>
internal readonly record struct Bf16Plan(int M, int N, int K, int Depth)
{
    public int DepthBlocks => GemmPlan.Ceiling(K, Depth);

    public int RowPanels => GemmPlan.Ceiling(M, Bf16Unit.Side);

    public int ColumnPanels => GemmPlan.Ceiling(N, Bf16Unit.Side);

    /// <summary>Bytes of a panel of the whole depth.</summary>
    public long DepthBytes => (long)GemmPlan.Ceiling(K, Bf16Unit.Depth) * Bf16Unit.StepBytes;

    /// <summary>Bytes of a panel of one block.</summary>
    public int PanelBytes => Depth / Bf16Unit.Depth * Bf16Unit.StepBytes;

    public static Bf16Plan Of(int m, int n, int k) => new(m, n, k, GemmPlan.EvenPart(k, Bf16Gemm.MostDepth, Bf16Unit.Depth));

    public int DepthOf(int block) => Math.Min(Depth, K - (block * Depth));

    public int StepsOf(int block) => GemmPlan.Ceiling(DepthOf(block), Bf16Unit.Depth);

    /// <summary>Where a panel that all tasks read lies: as in <see cref="DType.BF16Panels"/>.</summary>
    public unsafe byte* Shared(byte* packed, int panel, int block) => packed + (panel * DepthBytes) + ((long)block * PanelBytes);
}
