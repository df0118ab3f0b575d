using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// The gradient of attention, the probabilities p computed again from lse: dv = p^T g; dp = g v^T; ds = p (dp - g . y); dq = scale ds k;
/// dk = scale ds^T q. A task takes some blocks of keys of one head against all its queries: dk and dv of these keys are its own, of dq it leaves a
/// part [head, share, queries, padded depth].
/// </summary>
internal readonly unsafe struct AttentionBackward(
    Backend device, AttentionLayout layout, int shares, AttentionGradientOperands o, float* queryParts) : ILaneWork
{
    private const int Block = AttentionLayout.Block;
    private readonly AttentionLayout _layout = layout;
    private readonly AttentionGradientOperands _o = o;
    private readonly AttentionBias _bias = new(o.Bias);

    private int PaddedDepth => _layout.DepthPanels * Lanes.Count;

    private int PaddedValueDepth => _layout.ValuePanels * Lanes.Count;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int head = task / shares, share = task % shares;
        using Workspace memory = new(device, AttentionTiles.Floats(_layout) * sizeof(float));
        AttentionTiles tiles = new(_layout, memory.Floats);
        float* dq = queryParts + (long)task * _layout.Queries * PaddedDepth;
        new Span<float>(dq, checked(_layout.Queries * PaddedDepth)).Clear();
        PackQueries<V>(head, tiles);
        int first = share * _layout.KeyBlocks / shares, last = (share + 1) * _layout.KeyBlocks / shares;
        for (int keyBlock = first; keyBlock < last; keyBlock++)
        {
            PackKeys<V>(head, keyBlock, tiles);
            for (int block = 0; block < _layout.QueryBlocks; block++)
                if (keyBlock < _layout.VisibleBlocks(block))
                    Against<V>(head, block, keyBlock, tiles, dq + (long)block * Block * PaddedDepth);
            Write<V>(tiles.Dk, PaddedDepth, _o.Dk.Pointer + _layout.KeyAt(head, keyBlock * Block), _layout.Row, keyBlock, _layout.Depth, _layout.Scale);
            Write<V>(tiles.Dv, PaddedValueDepth, _o.Dv.Pointer + _layout.ValueAt(head, keyBlock * Block), _layout.ValueRow, keyBlock, _layout.ValueDepth, 1);
        }
    }

    // Queries and gradients as rows, and g . y of each query.
    private void PackQueries<V>(int head, AttentionTiles tiles)
        where V : unmanaged, ILanes<V>
    {
        for (int block = 0; block < _layout.QueryBlocks; block++)
        {
            int first = block * Block, count = _layout.QueriesOf(block);
            float* g = _o.G.Pointer + _layout.OutputAt(head, first);
            AttentionPanels.Rows<V>(_o.Q.Pointer + _layout.QueryAt(head, first), _layout.Row, count, _layout.Depth, tiles.Queries(block));
            AttentionPanels.Rows<V>(g, _layout.ValueRow, count, _layout.ValueDepth, tiles.Gradients(block));
        }
        for (int query = 0; query < _layout.Queries; query++)
        {
            long at = _layout.OutputAt(head, query);
            tiles.Products[query] = (float)LaneSum.Of<V, Pairs.Multiply>(default, _o.G.Pointer + at, _o.Y.Pointer + at, _layout.ValueDepth);
        }
    }

    // Keys and values as columns, keys also as rows; the sums of this block begin at 0.
    private void PackKeys<V>(int head, int block, AttentionTiles tiles)
        where V : unmanaged, ILanes<V>
    {
        int count = _layout.KeysOf(block);
        float* k = _o.K.Pointer + _layout.KeyAt(head, block * Block);
        AttentionPanels.Columns(k, _layout.Row, count, _layout.Depth, tiles.KeyColumns);
        AttentionPanels.Rows<V>(k, _layout.Row, count, _layout.Depth, tiles.KeyRows);
        AttentionPanels.Columns(_o.V.Pointer + _layout.ValueAt(head, block * Block), _layout.ValueRow, count, _layout.ValueDepth, tiles.ValueColumns);
        new Span<float>(tiles.Dk, Block * PaddedDepth).Clear();
        new Span<float>(tiles.Dv, Block * PaddedValueDepth).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Against<V>(int head, int block, int keyBlock, AttentionTiles tiles, float* dq)
        where V : unmanaged, ILanes<V>
    {
        int first = block * Block, rows = _layout.QueriesOf(block), keys = _layout.KeysOf(keyBlock), panels = LaneWorkers.Pieces(keys, Lanes.Count);
        int d = _layout.Depth, dv = _layout.ValueDepth;
        PanelProduct.Run<V>(
            _o.Q.Pointer + _layout.QueryAt(head, first), _layout.Row, 1, rows, tiles.KeyColumns, panels, Lanes.Count * d, d, tiles.Scores, Block, false);
        PanelProduct.Run<V>(
            _o.G.Pointer + _layout.OutputAt(head, first), _layout.ValueRow, 1, rows, tiles.ValueColumns, panels, Lanes.Count * dv, dv, tiles.Slopes, Block, false);
        for (int row = 0; row < rows; row++)
            Differentiate<V>(head, first + row, keyBlock * Block, keys, tiles.Scores + row * Block, tiles.Slopes + row * Block, tiles.Products[first + row]);
        PanelProduct.Run<V>(tiles.Scores, 1, Block, keys, tiles.Gradients(block), _layout.ValuePanels, Block * Lanes.Count, rows, tiles.Dv, PaddedValueDepth, true);
        PanelProduct.Run<V>(tiles.Slopes, 1, Block, keys, tiles.Queries(block), _layout.DepthPanels, Block * Lanes.Count, rows, tiles.Dk, PaddedDepth, true);
        PanelProduct.Run<V>(tiles.Slopes, Block, 1, rows, tiles.KeyRows, _layout.DepthPanels, Block * Lanes.Count, keys, dq, PaddedDepth, true);
    }

    // Scores become p and slopes, which are dp, become ds.
    [MethodImpl(Lanes.Inline)]
    private void Differentiate<V>(int head, int query, int firstKey, int keys, float* scores, float* slopes, float product)
        where V : unmanaged, ILanes<V>
    {
        long index = (long)head * _layout.Queries + query;
        float* bias = _bias.At(head / _layout.Heads, head % _layout.Heads, query);
        AttentionScores<V> row = new(scores, _layout.Scale, bias == null ? null : bias + firstKey, _layout.Visible(query) - firstKey);
        float total = _o.Lse.Pointer[index];
        V from = V.Of(float.IsNegativeInfinity(total) ? 0 : total);
        float* dbias = _o.Dbias.Exists ? _o.Dbias.Pointer + index * _layout.Keys + firstKey : null;
        for (int i = 0; i < keys; i += Lanes.Count)
        {
            V p = LaneMath.Exp(row.At(i) - from);
            V ds = p * (V.Load(slopes + i) - V.Of(product));
            p.Store(scores + i);
            ds.Store(slopes + i);
            if (dbias != null)
                Lanes.Store(ds, dbias + i, keys - i);
        }
    }

    private void Write<V>(float* sums, int width, float* to, long row, int keyBlock, int depth, float factor)
        where V : unmanaged, ILanes<V>
    {
        for (int key = 0; key < _layout.KeysOf(keyBlock); key++)
            for (int i = 0; i < depth; i += Lanes.Count)
                Lanes.Store(V.Load(sums + key * width + i) * V.Of(factor), to + key * row + i, depth - i);
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
        long width = (long)_layout.DepthPanels * Lanes.Count, size = width * _layout.Queries;
        for (int query = 0; query < _layout.Queries; query++)
        {
            float* from = parts + head * shares * size + query * width;
            float* to = dq + _layout.QueryAt(head, query);
            for (int i = 0; i < _layout.Depth; i += Lanes.Count)
            {
                V sum = V.Load(from + i);
                for (int share = 1; share < shares; share++)
                    sum += V.Load(from + share * size + i);
                Lanes.Store(sum * V.Of(_layout.Scale), to + i, _layout.Depth - i);
            }
        }
    }
}
