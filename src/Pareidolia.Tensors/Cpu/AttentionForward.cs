using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Packs the keys (as columns) and the values (as rows) of one head.</summary>
internal readonly unsafe struct AttentionPacking(AttentionLayout layout, float* k, float* v, float* keys, float* values) : ILaneWork
{
    private readonly AttentionLayout _layout = layout;

    public void Run<V>(int head)
        where V : unmanaged, ILanes<V>
    {
        long keySize = AttentionPanels.ColumnsSize(_layout.Depth), valueSize = AttentionPanels.RowsSize(_layout.ValueDepth);
        for (int block = 0; block < _layout.KeyBlocks; block++)
        {
            int first = block * AttentionLayout.Block, count = _layout.KeysOf(block);
            long place = (long)head * _layout.KeyBlocks + block;
            AttentionPanels.Columns(k + _layout.KeyAt(head, first), _layout.Row, count, _layout.Depth, keys + place * keySize);
            AttentionPanels.Rows<V>(v + _layout.ValueAt(head, first), _layout.ValueRow, count, _layout.ValueDepth, values + place * valueSize);
        }
    }
}

/// <summary>
/// One block of queries of one head against all keys, a block at a time, with running maxima and sums (https://arxiv.org/abs/1805.02867,
/// https://arxiv.org/abs/2205.14135). A query that sees no key gives zeros, and lse = -infinity.
/// </summary>
internal readonly unsafe struct AttentionForward(
    AttentionLayout layout, float* q, float* keys, float* values, AttentionBias bias, float* y, float* lse) : ILaneWork
{
    private const int Block = AttentionLayout.Block;
    private readonly AttentionLayout _layout = layout;
    private readonly AttentionBias _bias = bias;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int head = task / _layout.QueryBlocks, block = task % _layout.QueryBlocks, first = block * Block, rows = _layout.QueriesOf(block);
        int width = _layout.ValuePanels * Lanes.Count;
        float* scores = stackalloc float[Block * Block];
        float* sums = stackalloc float[Block * width];
        float* largest = stackalloc float[Block];
        double* totals = stackalloc double[Block];
        new Span<float>(sums, rows * width).Clear();
        new Span<float>(largest, rows).Fill(float.NegativeInfinity);
        new Span<double>(totals, rows).Clear();
        int blocks = _layout.VisibleBlocks(block);
        for (int keyBlock = 0; keyBlock < blocks; keyBlock++)
        {
            int count = _layout.KeysOf(keyBlock);
            long place = (long)head * _layout.KeyBlocks + keyBlock;
            float* k = keys + place * AttentionPanels.ColumnsSize(_layout.Depth);
            float* v = values + place * AttentionPanels.RowsSize(_layout.ValueDepth);
            PanelProduct.Run<V>(
                q + _layout.QueryAt(head, first), _layout.Row, 1, rows, k, LaneWorkers.Pieces(count, Lanes.Count), (long)Lanes.Count * _layout.Depth, _layout.Depth, scores, Block, false);
            for (int row = 0; row < rows; row++)
                Weigh<V>(head, first + row, keyBlock * Block, count, scores + row * Block, sums + row * width, ref largest[row], ref totals[row]);
            PanelProduct.Run<V>(scores, Block, 1, rows, v, _layout.ValuePanels, Block * Lanes.Count, count, sums, width, true);
        }
        for (int row = 0; row < rows; row++)
            Finish<V>(head, first + row, sums + row * width, largest[row], totals[row]);
    }

    // Scores become exponentials of their distance from the largest so far; what was summed before moves to the new largest.
    [MethodImpl(Lanes.Inline)]
    private void Weigh<V>(int head, int query, int firstKey, int count, float* row, float* sums, ref float largest, ref double total)
        where V : unmanaged, ILanes<V>
    {
        float* bias = _bias.At(head / _layout.Heads, head % _layout.Heads, query);
        AttentionScores<V> scores = new(row, _layout.Scale, bias == null ? null : bias + firstKey, _layout.Visible(query) - firstKey);
        V most = V.Of(float.NegativeInfinity), sum = V.Of(0);
        for (int i = 0; i < count; i += Lanes.Count)
        {
            V score = scores.At(i);
            score.Store(row + i);
            most = V.Select(V.Less(most, score), score, most);
        }
        float before = largest;
        largest = MathF.Max(before, most.Largest());
        V from = V.Of(float.IsNegativeInfinity(largest) ? 0 : largest);
        for (int i = 0; i < count; i += Lanes.Count)
        {
            V weight = LaneMath.Exp(V.Load(row + i) - from);
            weight.Store(row + i);
            sum += weight;
        }
        if (before == largest || float.IsNegativeInfinity(before))
        {
            total += sum.Sum();
            return;
        }
        float fade = MathF.Exp(before - largest);
        total = total * fade + sum.Sum();
        for (int i = 0; i < _layout.ValuePanels * Lanes.Count; i += Lanes.Count)
            (V.Load(sums + i) * V.Of(fade)).Store(sums + i);
    }

    [MethodImpl(Lanes.Inline)]
    private void Finish<V>(int head, int query, float* sums, float largest, double total)
        where V : unmanaged, ILanes<V>
    {
        if (lse != null)
            lse[(long)head * _layout.Queries + query] = total == 0 ? float.NegativeInfinity : (float)(largest + Math.Log(total));
        float* to = y + _layout.OutputAt(head, query);
        V share = V.Of(total == 0 ? 0 : (float)(1 / total));
        for (int i = 0; i < _layout.ValueDepth; i += Lanes.Count)
            Lanes.Store(V.Load(sums + i) * share, to + i, _layout.ValueDepth - i);
    }
}
