using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// The gradient of attention, the probabilities p computed again from lse: dv = p^T g; dp = g v^T; ds = p (dp - g . y); dq = scale ds k;
/// dk = scale ds^T q. A task takes some blocks of keys of one head against all its queries: dk and dv of these keys are its own, of dq it
/// leaves a part [head, share, whole blocks of queries, padded depth].
/// </summary>
internal readonly unsafe struct AttentionBackward(
    Backend device, AttentionLayout layout, int shares, AttentionGradientOperands o, float* queryParts) : ILaneWork
{
    private const int Block = AttentionLayout.Block;
    private readonly AttentionLayout _layout = layout;
    private readonly AttentionGradientOperands _o = o;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int head = task / shares, share = task % shares;
        using Workspace memory = new(device, AttentionTiles.Floats(_layout) * sizeof(float));
        AttentionTiles tiles = new(_layout, memory.Floats);
        float* dq = queryParts + task * _layout.QueryPart;
        new Span<float>(dq, checked((int)_layout.QueryPart)).Clear();
        PackQueries<V>(head, tiles);
        AttentionBias bias = new(_o.Bias, _layout, head);
        int first = share * _layout.KeyBlocks / shares, last = (share + 1) * _layout.KeyBlocks / shares;
        for (int keyBlock = first; keyBlock < last; keyBlock++)
        {
            PackKeys(head, keyBlock, tiles);
            for (int block = 0; block < _layout.QueryBlocks; block++)
                if (keyBlock < _layout.VisibleBlocks(block))
                    Against<V>(head, block, keyBlock, bias, tiles, dq + (long)block * Block * _layout.PaddedDepth);
            int keys = _layout.KeysOf(keyBlock), key = keyBlock * Block;
            Write<V>(tiles.Dk, keys, _o.Dk.Pointer + _layout.KeyAt(head, key), _layout.Row, _layout.Depth, _layout.Scale);
            Write<V>(tiles.Dv, keys, _o.Dv.Pointer + _layout.ValueAt(head, key), _layout.ValueRow, _layout.ValueDepth, 1);
        }
    }

    // Queries and gradients for both sides of products, and g . y of each query.
    private void PackQueries<V>(int head, AttentionTiles tiles)
        where V : unmanaged, ILanes<V>
    {
        for (int block = 0; block < _layout.QueryBlocks; block++)
        {
            int first = block * Block, count = _layout.QueriesOf(block);
            float* q = _o.Q.Pointer + _layout.QueryAt(head, first);
            float* g = _o.G.Pointer + _layout.OutputAt(head, first);
            AttentionPanels.Left(q, _layout.Row, count, _layout.Depth, tiles.Queries(block));
            AttentionPanels.Rows(q, _layout.Row, count, _layout.Depth, tiles.QueryRows(block));
            AttentionPanels.Left(g, _layout.ValueRow, count, _layout.ValueDepth, tiles.Gradients(block));
            AttentionPanels.Rows(g, _layout.ValueRow, count, _layout.ValueDepth, tiles.GradientRows(block));
        }
        for (int query = 0; query < _layout.Queries; query++)
        {
            long at = _layout.OutputAt(head, query);
            tiles.Products[query] = (float)LaneSum.Of<V, Pairs.Multiply>(default, _o.G.Pointer + at, _o.Y.Pointer + at, _layout.ValueDepth);
        }
    }

    // Keys and values as columns, keys also as rows; the sums of this block begin at 0.
    private void PackKeys(int head, int block, AttentionTiles tiles)
    {
        int count = _layout.KeysOf(block);
        float* k = _o.K.Pointer + _layout.KeyAt(head, block * Block);
        AttentionPanels.Columns(k, _layout.Row, count, _layout.Depth, tiles.KeyColumns);
        AttentionPanels.Rows(k, _layout.Row, count, _layout.Depth, tiles.KeyRows);
        float* v = _o.V.Pointer + _layout.ValueAt(head, block * Block);
        AttentionPanels.Columns(v, _layout.ValueRow, count, _layout.ValueDepth, tiles.ValueColumns);
        new Span<float>(tiles.Dk, Block * _layout.PaddedDepth).Clear();
        new Span<float>(tiles.Dv, Block * _layout.PaddedValueDepth).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Against<V>(int head, int block, int keyBlock, AttentionBias bias, AttentionTiles tiles, float* dq)
        where V : unmanaged, ILanes<V>
    {
        int rows = _layout.QueriesOf(block), keys = _layout.KeysOf(keyBlock), width = AttentionPanels.Width;
        int d = _layout.Depth, dv = _layout.ValueDepth, pd = _layout.PaddedDepth, pdv = _layout.PaddedValueDepth;
        float* p = tiles.Scores;
        float* ds = tiles.Slopes;
        AttentionPanels.Multiply<BlockColumns>(rows, keys, d, tiles.Queries(block), tiles.KeyColumns, d * width, p, Block, add: false);
        AttentionPanels.Multiply<BlockColumns>(rows, keys, dv, tiles.Gradients(block), tiles.ValueColumns, dv * width, ds, Block, add: false);
        for (int row = 0; row < rows; row++)
        {
            int query = block * Block + row, visible = _layout.Visible(query) - keyBlock * Block;
            AttentionScores<V> line = new(p + row * Block, _layout.Scale, bias.At(query, keyBlock * Block), visible);
            Differentiate(line, (long)head * _layout.Queries + query, keyBlock * Block, keys, ds + row * Block, tiles.Products[query]);
        }
        AttentionPanels.Multiply<BlockColumns>(keys, dv, rows, p, tiles.GradientRows(block), Block * width, tiles.Dv, pdv, add: true);
        AttentionPanels.Multiply<BlockColumns>(keys, d, rows, ds, tiles.QueryRows(block), Block * width, tiles.Dk, pd, add: true);
        AttentionPanels.Multiply<BlockRows>(rows, d, keys, ds, tiles.KeyRows, Block * width, dq, pd, add: true);
    }

    // Scores become p and slopes, which are dp, become ds.
    [MethodImpl(Lanes.Inline)]
    private void Differentiate<V>(AttentionScores<V> scores, long query, int firstKey, int keys, float* slopes, float product)
        where V : unmanaged, ILanes<V>
    {
        float total = _o.Lse.Pointer[query];
        V from = V.Of(float.IsNegativeInfinity(total) ? 0 : total);
        float* dbias = _o.Dbias.Exists ? _o.Dbias.Pointer + query * _layout.Keys + firstKey : null;
        for (int i = 0; i < keys; i += Lanes.Count)
        {
            V p = LaneMath.ExpOrZero(scores.At(i) - from);
            V ds = p * (V.Load(slopes + i) - V.Of(product));
            p.Store(scores.Row + i);
            ds.Store(slopes + i);
            if (dbias != null)
                Lanes.Store(ds, dbias + i, keys - i);
        }
    }

    private static void Write<V>(float* sums, int tokens, float* to, long row, int depth, float factor)
        where V : unmanaged, ILanes<V>
    {
        int width = LaneWorkers.Pieces(depth, Lanes.Count) * Lanes.Count;
        for (int token = 0; token < tokens; token++)
            for (int i = 0; i < depth; i += Lanes.Count)
                Lanes.Store(V.Load(sums + token * width + i) * V.Of(factor), to + token * row + i, depth - i);
    }
}

/// <summary>Adds up the parts of dq of a head, in order, and scales them.</summary>
internal readonly unsafe struct AttentionQueryGradient(AttentionLayout layout, int shares, float* parts, float* dq) : ILaneWork
{
    private readonly AttentionLayout _layout = layout;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int head)
        where V : unmanaged, ILanes<V>
    {
        for (int query = 0; query < _layout.Queries; query++)
        {
            float* from = parts + head * shares * _layout.QueryPart + (long)query * _layout.PaddedDepth;
            float* to = dq + _layout.QueryAt(head, query);
            for (int i = 0; i < _layout.Depth; i += Lanes.Count)
            {
                V sum = V.Load(from + i);
                for (int share = 1; share < shares; share++)
                    sum += V.Load(from + share * _layout.QueryPart + i);
                Lanes.Store(sum * V.Of(_layout.Scale), to + i, _layout.Depth - i);
            }
        }
    }
}
