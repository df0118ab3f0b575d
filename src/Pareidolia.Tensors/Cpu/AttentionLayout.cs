using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Where the heads of q [b, n, heads d], k [b, m, heads d] and v [b, m, heads dv] lie, and how attention is cut: blocks of queries against blocks
/// of keys, small enough that a block of scores stays in the first cache.
/// </summary>
internal readonly record struct AttentionLayout(int Images, int Heads, int Queries, int Keys, int Depth, int ValueDepth, float Scale, bool Causal)
{
    /// <summary>Queries, or keys, of a block; a row of scores is four vectors.</summary>
    public const int Block = 4 * Lanes.Count;

    public static AttentionLayout Of(Operand q, Operand k, Operand v, AttentionSettings s) =>
        new(q.Shape[0], s.Heads, q.Shape[1], k.Shape[1], q.Shape[2] / s.Heads, v.Shape[2] / s.Heads, s.Scale, s.Causal);

    public int HeadCount => Images * Heads;
    public int QueryBlocks => LaneWorkers.Pieces(Queries, Block);
    public int KeyBlocks => LaneWorkers.Pieces(Keys, Block);

    /// <summary>Floats between neighbouring tokens of q and k, and of v and y.</summary>
    public long Row => (long)Heads * Depth;
    public long ValueRow => (long)Heads * ValueDepth;

    public int DepthPanels => LaneWorkers.Pieces(Depth, Lanes.Count);
    public int ValuePanels => LaneWorkers.Pieces(ValueDepth, Lanes.Count);

    public int QueriesOf(int block) => Math.Min(Block, Queries - block * Block);
    public int KeysOf(int block) => Math.Min(Block, Keys - block * Block);

    public long QueryAt(int head, int query) => ((long)(head / Heads) * Queries + query) * Row + (long)(head % Heads) * Depth;
    public long KeyAt(int head, int key) => ((long)(head / Heads) * Keys + key) * Row + (long)(head % Heads) * Depth;
    public long ValueAt(int head, int key) => ((long)(head / Heads) * Keys + key) * ValueRow + (long)(head % Heads) * ValueDepth;
    public long OutputAt(int head, int query) => ((long)(head / Heads) * Queries + query) * ValueRow + (long)(head % Heads) * ValueDepth;

    /// <summary>How many keys a query sees, from the first on.</summary>
    public int Visible(int query) => Causal ? Math.Clamp(query + 1 + Keys - Queries, 0, Keys) : Keys;

    /// <summary>How many blocks of keys some query of a block sees.</summary>
    public int VisibleBlocks(int queryBlock) => LaneWorkers.Pieces(Visible(queryBlock * Block + QueriesOf(queryBlock) - 1), Block);
}

/// <summary>Brings tokens into the panels that <see cref="PanelProduct"/> reads.</summary>
internal static unsafe class AttentionPanels
{
    /// <summary>Floats of a block of tokens that is stored as columns, and of one stored as rows.</summary>
    public static long ColumnsSize(int depth) => (long)AttentionLayout.Block * depth;

    public static long RowsSize(int depth) => (long)AttentionLayout.Block * Lanes.Count * LaneWorkers.Pieces(depth, Lanes.Count);

    /// <summary>Tokens become columns: panels of 16 tokens, [depth, 16]; missing tokens are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns(float* from, long row, int tokens, int depth, float* to)
    {
        for (int token = 0; token < AttentionLayout.Block; token++)
        {
            float* lane = to + token / Lanes.Count * (long)Lanes.Count * depth + token % Lanes.Count;
            for (int i = 0; i < depth; i++)
                lane[i * Lanes.Count] = token < tokens ? from[token * row + i] : 0;
        }
    }

    /// <summary>Tokens stay rows: panels of 16 channels, [tokens, 16] with room for a whole block; missing channels are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows<V>(float* from, long row, int tokens, int depth, float* to)
        where V : unmanaged, ILanes<V>
    {
        for (int i = 0; i < depth; i += Lanes.Count, to += AttentionLayout.Block * Lanes.Count)
            for (int token = 0; token < tokens; token++)
                Lanes.Load<V>(from + token * row + i, depth - i).Store(to + token * Lanes.Count);
    }
}

/// <summary>The additive bias [b|1, heads|1, n|1, m] of scores; absent it is nowhere.</summary>
internal readonly unsafe struct AttentionBias(Operand bias)
{
    private readonly float* _first = bias.Pointer;
    private readonly long _image = bias.Exists && bias.Shape[0] > 1 ? bias.Shape.Product(1, 4) : 0;
    private readonly long _head = bias.Exists && bias.Shape[1] > 1 ? bias.Shape.Product(2, 4) : 0;
    private readonly long _query = bias.Exists && bias.Shape[2] > 1 ? bias.Shape[3] : 0;

    public bool Exists => _first != null;

    public float* At(int image, int head, int query) => _first == null ? null : _first + image * _image + head * _head + query * _query;
}
