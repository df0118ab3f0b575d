using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// One block of queries of one head against all keys, a block at a time, with running references and sums (https://arxiv.org/abs/1805.02867,
/// https://arxiv.org/abs/2205.14135). A query that sees no key gives zeros, and lse = -infinity.
/// </summary>
internal readonly unsafe struct AttentionForward(
    AttentionLayout layout, float* q, float* keys, float* values, Operand bias, float* y, float* lse) : ILaneWork
{
    private const int Block = AttentionLayout.Block;

    // How far a score may lie above the reference: e^16 is far from overflow, also in sums.
    private const float Headroom = 16;

    private readonly AttentionLayout _layout = layout;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int head = task / _layout.QueryBlocks, block = task % _layout.QueryBlocks, first = block * Block, rows = _layout.QueriesOf(block);
        int width = _layout.PaddedValueDepth;
        float* queries = Scratch.Floats(Scratch.Slot.Attention, (long)Block * (_layout.Depth + width + Block));
        float* sums = queries + Block * _layout.Depth;
        float* scores = sums + Block * width;
        float* references = stackalloc float[Block];
        float* totals = stackalloc float[Block * Lanes.Count];
        AttentionPanels.Left(q + _layout.QueryAt(head, first), _layout.Row, rows, _layout.Depth, queries);
        new Span<float>(sums, rows * width).Clear();
        new Span<float>(references, rows).Fill(float.NegativeInfinity);
        new Span<float>(totals, rows * Lanes.Count).Clear();
        AttentionBias added = new(bias, _layout, head);
        int blocks = _layout.VisibleBlocks(block);
        for (int keyBlock = 0; keyBlock < blocks; keyBlock++)
        {
            int count = _layout.KeysOf(keyBlock);
            long place = (long)head * _layout.KeyBlocks + keyBlock;
            Score(rows, count, queries, keys + place * AttentionPanels.ColumnsSize(_layout.Depth), scores);
            for (int row = 0; row < rows; row++)
            {
                AttentionScores<V> line = new(
                    scores + row * Block, _layout.Scale, added.At(first + row, keyBlock * Block), _layout.Visible(first + row) - keyBlock * Block);
                Weigh(line, count, sums + row * width, totals + row * Lanes.Count, ref references[row]);
            }
            AddValues(rows, count, scores, values + place * AttentionPanels.RowsSize(_layout.ValueDepth), sums);
        }
        for (int row = 0; row < rows; row++)
            Finish<V>(head, first + row, sums + row * width, V.Load(totals + row * Lanes.Count).Sum(), references[row]);
    }

    private void Score(int rows, int count, float* queries, float* keys, float* scores) =>
        AttentionPanels.Multiply<BlockColumns>(
            rows, count, _layout.Depth, queries, keys, (long)_layout.Depth * Tile.Columns, scores, Block, add: false);

    private void AddValues(int rows, int count, float* weights, float* values, float* sums) =>
        AttentionPanels.Multiply<BlockRows>(
            rows, _layout.ValueDepth, count, weights, values, Block * Tile.Columns, sums, _layout.PaddedValueDepth, add: true);

    // Scores become exponentials of their distance from a reference, which only moves when one is far above it, together with all that was
    // summed before: the largest score itself would have to be looked for, lane against lane, in every row.
    [MethodImpl(Lanes.Inline)]
    private void Weigh<V>(AttentionScores<V> scores, int count, float* sums, float* total, ref float reference)
        where V : unmanaged, ILanes<V>
    {
        if (count == Block && scores.Plain)
            WeighAll(scores, sums, total, ref reference);
        else
            WeighSome(scores, count, sums, total, ref reference);
    }

    // A whole row at once, in registers.
    [MethodImpl(Lanes.Inline)]
    private void WeighAll<V>(AttentionScores<V> scores, float* sums, float* total, ref float reference)
        where V : unmanaged, ILanes<V>
    {
        float* row = scores.Row;
        V s0 = scores.Scaled(0), s1 = scores.Scaled(1), s2 = scores.Scaled(2), s3 = scores.Scaled(3);
        V most = Larger(Larger(s0, s1), Larger(s2, s3));
        if (V.AnyLess(V.Of(reference + Headroom), most))
            Move(most, sums, total, ref reference);
        V from = V.Of(float.IsNegativeInfinity(reference) ? 0 : reference);
        s0 = LaneMath.Exp(s0 - from);
        s1 = LaneMath.Exp(s1 - from);
        s2 = LaneMath.Exp(s2 - from);
        s3 = LaneMath.Exp(s3 - from);
        s0.Store(row);
        s1.Store(row + Lanes.Count);
        s2.Store(row + 2 * Lanes.Count);
        s3.Store(row + 3 * Lanes.Count);
        (V.Load(total) + (s0 + s1 + (s2 + s3))).Store(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WeighSome<V>(AttentionScores<V> scores, int count, float* sums, float* total, ref float reference)
        where V : unmanaged, ILanes<V>
    {
        float* row = scores.Row;
        V most = V.Of(float.NegativeInfinity);
        for (int i = 0; i < count; i += Lanes.Count)
        {
            V score = scores.At(i);
            score.Store(row + i);
            most = Larger(most, score);
        }
        if (V.AnyLess(V.Of(reference + Headroom), most))
            Move(most, sums, total, ref reference);
        V from = V.Of(float.IsNegativeInfinity(reference) ? 0 : reference);
        V sum = V.Load(total);
        for (int i = 0; i < count; i += Lanes.Count)
        {
            V weight = LaneMath.Exp(V.Load(row + i) - from);
            weight.Store(row + i);
            sum += weight;
        }
        sum.Store(total);
    }

    [MethodImpl(Lanes.Inline)]
    private static V Larger<V>(V a, V b)
        where V : unmanaged, ILanes<V> => V.Select(V.Less(a, b), b, a);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Move<V>(V most, float* sums, float* total, ref float reference)
        where V : unmanaged, ILanes<V>
    {
        float largest = most.Largest();
        V fade = LaneMath.Exp(V.Of(reference - largest));
        reference = largest;
        (V.Load(total) * fade).Store(total);
        for (int i = 0; i < _layout.PaddedValueDepth; i += Lanes.Count)
            (V.Load(sums + i) * fade).Store(sums + i);
    }

    [MethodImpl(Lanes.Inline)]
    private void Finish<V>(int head, int query, float* sums, float total, float reference)
        where V : unmanaged, ILanes<V>
    {
        if (lse != null)
            lse[(long)head * _layout.Queries + query] = total == 0 ? float.NegativeInfinity : (float)(reference + Math.Log(total));
        float* to = y + _layout.OutputAt(head, query);
        V share = V.Of(total == 0 ? 0 : 1 / total);
        for (int i = 0; i < _layout.ValueDepth; i += Lanes.Count)
            Lanes.Store(V.Load(sums + i) * share, to + i, _layout.ValueDepth - i);
    }
}
