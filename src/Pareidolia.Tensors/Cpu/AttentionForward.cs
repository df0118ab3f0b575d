using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// One block of queries of one head against all keys, a block at a time, with running references and sums (https://arxiv.org/abs/1805.02867,
/// https://arxiv.org/abs/2205.14135). A query that sees no key gives zeros, and lse = -infinity.
/// </summary>
internal readonly unsafe struct AttentionForward<P>(
    AttentionLayout layout, float* q, float* keys, float* values, Operand bias, float* y, float* lse) : ILaneWork
    where P : struct, IAttentionProducts
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
        long queriesSize = P.QueriesSize(_layout), sumsSize = P.SumsSize(_layout);
        float* queries = Scratch.Floats(Scratch.Slot.Attention, queriesSize + sumsSize + (Block * Block) + P.WeightsSize);
        float* sums = queries + queriesSize;
        float* scores = sums + sumsSize;
        float* weights = scores + (Block * Block);
        float* references = stackalloc float[Block];
        float* totals = stackalloc float[Block * Lanes.Count];
        P.PackQueries(_layout, q + _layout.QueryAt(head, first), rows, queries);
        new Span<float>(sums, (int)sumsSize).Clear();
        new Span<float>(references, rows).Fill(float.NegativeInfinity);
        new Span<float>(totals, rows * Lanes.Count).Clear();
        AttentionBias added = new(bias, _layout, head);
        int blocks = _layout.VisibleBlocks(block);
        P.Begin();
        for (int keyBlock = 0; keyBlock < blocks; keyBlock++)
        {
            int count = _layout.KeysOf(keyBlock);
            long place = (long)head * _layout.KeyBlocks + keyBlock;
            P.Score(_layout, rows, count, queries, keys + place * P.KeysSize(_layout), scores);
            bool plain = P.Weighs && !bias.Exists && count == Block && _layout.Visible(first) >= (keyBlock + 1) * Block;
            for (int row = 0; row < rows; row++)
            {
                AttentionScores<V> line = new(
                    scores + row * Block, _layout.Scale, added.At(first + row, keyBlock * Block), _layout.Visible(first + row) - keyBlock * Block);
                if (plain)
                    WeighPlain(line, sums, row, totals + row * Lanes.Count, ref references[row], weights);
                else
                    Weigh(line, count, sums, row, totals + row * Lanes.Count, ref references[row]);
            }
            float* packed = plain ? weights : P.PackWeights(rows, count, scores, weights);
            P.AddValues(_layout, rows, count, packed, values + place * P.ValuesSize(_layout), sums);
        }
        P.End();
        for (int row = 0; row < rows; row++)
            Finish<V>(head, first + row, sums, row, V.Load(totals + row * Lanes.Count).Sum(), references[row]);
    }

    // Scores become exponentials of their distance from a reference, which only moves when one is far above it, together with all that was
    // summed before: the largest score itself would have to be looked for, lane against lane, in every row.
    [MethodImpl(Lanes.Inline)]
    private void Weigh<V>(AttentionScores<V> scores, int count, float* sums, int place, float* total, ref float reference)
        where V : unmanaged, ILanes<V>
    {
        if (count == Block && scores.Whole)
            WeighAll(scores, sums, place, total, ref reference);
        else
            WeighSome(scores, count, sums, place, total, ref reference);
    }

    // A whole row in the products' own way.
    [MethodImpl(Lanes.Inline)]
    private void WeighPlain<V>(AttentionScores<V> scores, float* sums, int place, float* total, ref float reference, float* weights)
        where V : unmanaged, ILanes<V>
    {
        V most = scores.Most();
        if (V.AnyLess(V.Of(reference + Headroom), most))
            Move(most, sums, place, total, ref reference);
        P.Weigh(scores.Row, _layout.Scale, float.IsNegativeInfinity(reference) ? 0 : reference, place, total, weights);
    }

    // A whole row at once, in registers.
    [MethodImpl(Lanes.Inline)]
    private void WeighAll<V>(AttentionScores<V> scores, float* sums, int place, float* total, ref float reference)
        where V : unmanaged, ILanes<V>
    {
        float* row = scores.Row;
        V most = scores.Most();
        if (V.AnyLess(V.Of(reference + Headroom), most))
            Move(most, sums, place, total, ref reference);
        V start = V.Of(float.IsNegativeInfinity(reference) ? 0 : -reference);
        V s0 = LaneMath.ExpOrZero(scores.From(start, 0)), s1 = LaneMath.ExpOrZero(scores.From(start, 1));
        V s2 = LaneMath.ExpOrZero(scores.From(start, 2)), s3 = LaneMath.ExpOrZero(scores.From(start, 3));
        s0.Store(row);
        s1.Store(row + Lanes.Count);
        s2.Store(row + 2 * Lanes.Count);
        s3.Store(row + 3 * Lanes.Count);
        (V.Load(total) + (s0 + s1 + (s2 + s3))).Store(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WeighSome<V>(AttentionScores<V> scores, int count, float* sums, int place, float* total, ref float reference)
        where V : unmanaged, ILanes<V>
    {
        float* row = scores.Row;
        V most = V.Of(float.NegativeInfinity);
        for (int i = 0; i < count; i += Lanes.Count)
        {
            V score = scores.At(i);
            score.Store(row + i);
            most = V.Larger(most, score);
        }
        if (V.AnyLess(V.Of(reference + Headroom), most))
            Move(most, sums, place, total, ref reference);
        V from = V.Of(float.IsNegativeInfinity(reference) ? 0 : reference);
        V sum = V.Load(total);
        for (int i = 0; i < count; i += Lanes.Count)
        {
            V weight = LaneMath.ExpOrZero(V.Load(row + i) - from);
            weight.Store(row + i);
            sum += weight;
        }
        sum.Store(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Move<V>(V most, float* sums, int place, float* total, ref float reference)
        where V : unmanaged, ILanes<V>
    {
        float largest = most.Largest();
        if (float.IsNegativeInfinity(reference))
        {
            reference = largest;
            return;
        }
        V fade = LaneMath.ExpOrZero(V.Of(reference - largest));
        reference = largest;
        (V.Load(total) * fade).Store(total);
        for (int i = 0; i < _layout.PaddedValueDepth; i += Lanes.Count)
        {
            float* at = P.Sum(_layout, sums, place, i);
            (V.Load(at) * fade).Store(at);
        }
    }

    [MethodImpl(Lanes.Inline)]
    private void Finish<V>(int head, int query, float* sums, int place, float total, float reference)
        where V : unmanaged, ILanes<V>
    {
        if (lse != null)
            lse[(long)head * _layout.Queries + query] = total == 0 ? float.NegativeInfinity : (float)(reference + Math.Log(total));
        float* to = y + _layout.OutputAt(head, query);
        V share = V.Of(total == 0 ? 0 : 1 / total);
        for (int i = 0; i < _layout.ValueDepth; i += Lanes.Count)
            Lanes.Store(V.Load(P.Sum(_layout, sums, place, i)) * share, to + i, _layout.ValueDepth - i);
    }
}

/// <summary>A head a task: first its keys and values are packed, then its blocks of queries follow.</summary>
internal readonly struct AttentionHeads<P>(AttentionLayout layout, AttentionPacking<P> packing, AttentionForward<P> forward) : ILaneWork
    where P : struct, IAttentionProducts
{
    private readonly AttentionPacking<P> _packing = packing;
    private readonly AttentionForward<P> _forward = forward;
    private readonly int _blocks = layout.QueryBlocks;

    public void Run<V>(int head)
        where V : unmanaged, ILanes<V>
    {
        _packing.Run(head);
        for (int block = 0; block < _blocks; block++)
            _forward.Run<V>((head * _blocks) + block);
    }
}
