namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Matrix products of any two sources: blocks of depth, panels, tiles ("Anatomy of High-Performance Matrix Multiplication", Goto and
/// van de Geijn, 2008, https://doi.org/10.1145/1356052.1356053).
/// How sums are grouped follows from m, n and k alone, not from threads or registers.
/// </summary>
internal static unsafe class Gemm
{
    // Right panels that are packed at once for all tasks; beyond it the depth is walked in slabs, for the sake of memory and cache.
    private const long SlabFloats = 4 << 20;

    /// <summary>output = left [m, k] right [k, n]; half asks for bfloat16, of a caller who has seen that it suits.</summary>
    public static void Run<A, L, B>(int m, int n, int k, in A left, in B right, in GemmOutput output, bool half = false)
        where A : struct, ILeft<L>
        where L : struct, IPanelLayout
        where B : struct, IRight
    {
        if (m == 0 || n == 0)
            return;
        if (half)
        {
            Bf16Gemm.Run<A, L, B>(m, n, k, left, right, output);
            return;
        }
        if (GemmOwn.Suits(m, n, k))
        {
            GemmOwn.Run<A, L, B>(m, n, k, left, right, output);
            return;
        }
        GemmPlan plan = GemmPlan.Of(m, n, k);
        int slab = Slab(plan);
        float* packed = Scratch.Floats(Scratch.Slot.SharedRight, slab * plan.BlockFloats);
        for (int first = 0; first < plan.DepthBlocks; first += slab)
        {
            int blocks = Math.Min(slab, plan.DepthBlocks - first);
            Workers.Run(blocks * plan.PackTasks, new PackRight<B>(plan, right, packed, first));
            Workers.Run(plan.RowBlocks * plan.ColumnBlocks, new MultiplyBlock<A, L, B>(plan, left, output, packed, first, blocks));
        }
    }

    /// <summary>Blocks of depth that are packed at once.</summary>
    public static int Slab(in GemmPlan plan) => (int)Math.Clamp(SlabFloats / plan.BlockFloats, 1, plan.DepthBlocks);

    /// <summary>One task: a few panels of one block of depth.</summary>
    public struct PackRight<B>(GemmPlan plan, B right, float* packed, int firstBlock) : IWork
        where B : struct, IRight
    {
        public void Run(int task)
        {
            (int block, int group) = Math.DivRem(task, plan.PackTasks);
            int last = Math.Min(plan.Panels, (group + 1) * plan.PackPanels);
            for (int panel = group * plan.PackPanels; panel < last; panel++)
            {
                float* to = packed + (block * plan.BlockFloats) + ((long)panel * plan.PanelFloats);
                plan.Pack(right, panel, firstBlock + block, to);
            }
        }
    }

    // One task: a block of rows times a block of columns, over all blocks of depth in the slab.
    private struct MultiplyBlock<A, L, B>(GemmPlan plan, A left, GemmOutput output, float* packed, int firstBlock, int blocks)
        : IWork
        where A : struct, ILeft<L>
        where L : struct, IPanelLayout
        where B : struct, IRight
    {
        public void Run(int task)
        {
            (int rowBlock, int columnBlock) = Math.DivRem(task, plan.ColumnBlocks);
            int firstPanel = columnBlock * plan.BlockPanels;
            int panels = Math.Min(plan.BlockPanels, plan.Panels - firstPanel);
            int start = rowBlock * plan.BlockRows;
            int end = Math.Min(plan.M, start + plan.BlockRows);
            for (int block = firstBlock; block < firstBlock + blocks; block++)
            {
                GemmBlock at = new(start, end, firstPanel, panels, block, block == 0, block == plan.DepthBlocks - 1);
                float* right = packed + ((block - firstBlock) * plan.BlockFloats) + ((long)firstPanel * plan.PanelFloats);
                at.Multiply<A, L>(plan, left, output, right);
            }
        }
    }
}
