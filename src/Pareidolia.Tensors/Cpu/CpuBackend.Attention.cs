namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    // Few heads are shared out by blocks of keys, into a number of tasks that the shapes alone decide.
    private const int LeastAttentionTasks = 16;

    // A head of so few blocks of queries is a task whole: what it packed is still in the cache.
    private const int MostBlocksOfTask = 4;

    internal override void Attention(Operand q, Operand k, Operand v, Operand bias, Operand y, Operand lse, AttentionSettings settings)
    {
        if (y.Count == 0 || k.Count == 0)
        {
            base.Attention(q, k, v, bias, y, lse, settings);
            return;
        }
        AttentionLayout layout = AttentionLayout.Of(q, k, v, settings);
        // A gradient computes the scores once more, in float32: they would be others than those of its lse.
        if (!lse.Exists && HalfAttention.Suits(layout))
            Attention<HalfAttention>(layout, q, k, v, bias, y, lse);
        else
            Attention<FloatAttention>(layout, q, k, v, bias, y, lse);
    }

    private void Attention<P>(AttentionLayout layout, Operand q, Operand k, Operand v, Operand bias, Operand y, Operand lse)
        where P : struct, IAttentionProducts
    {
        long blocks = (long)layout.HeadCount * layout.KeyBlocks;
        using Workspace keys = new(this, blocks * P.KeysSize(layout) * sizeof(float));
        using Workspace values = new(this, blocks * P.ValuesSize(layout) * sizeof(float));
        AttentionPacking<P> packing = new(layout, k.Pointer, v.Pointer, keys.Floats, values.Floats);
        AttentionForward<P> forward = new(layout, q.Pointer, keys.Floats, values.Floats, bias, y.Pointer, lse.Pointer);
        if (layout.HeadCount >= LeastAttentionTasks && layout.QueryBlocks <= MostBlocksOfTask)
        {
            LaneWorkers.RunGrouped(layout.HeadCount, new AttentionHeads<P>(layout, packing, forward));
            return;
        }
        Workers.Run(layout.HeadCount, packing);
        LaneWorkers.RunGrouped(layout.HeadCount * layout.QueryBlocks, forward);
    }

    internal override void AttentionGradient(AttentionGradientOperands o, AttentionSettings settings)
    {
        if (o.Q.Count == 0 || o.V.Count == 0 || o.K.Count == 0)
        {
            base.AttentionGradient(o, settings);
            return;
        }
        AttentionLayout layout = AttentionLayout.Of(o.Q, o.K, o.V, settings);
        if (o.Dbias.Exists && settings.Causal)
            Fill(o.Dbias, 0); // blocks that no query sees are not visited
        int shares = Math.Clamp(LeastAttentionTasks / layout.HeadCount, 1, layout.KeyBlocks);
        using Workspace parts = new(this, layout.HeadCount * shares * layout.QueryPart * sizeof(float));
        LaneWorkers.RunGrouped(layout.HeadCount * shares, new AttentionBackward(this, layout, shares, o, parts.Floats));
        LaneWorkers.RunGrouped(layout.HeadCount, new AttentionQueryGradient(layout, shares, parts.Floats, o.Dq.Pointer));
    }
}
