using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Where the heads of q [b, n, heads d], k [b, m, heads d] and v [b, m, heads dv] lie, and how attention is cut: blocks of queries against
/// blocks of keys, small enough that a block of scores stays in the first cache.
/// </summary>
internal readonly record struct AttentionLayout(
    int Images, int Heads, int Queries, int Keys, int Depth, int ValueDepth, float Scale, bool Causal)
{
    /// <summary>Queries, or keys, of a block; whole tiles of every machine end with it.</summary>
    public const int Block = 64;

    public static AttentionLayout Of(Operand q, Operand k, Operand v, AttentionSettings s) =>
        new(q.Shape[0], s.Heads, q.Shape[1], k.Shape[1], q.Shape[2] / s.Heads, v.Shape[2] / s.Heads, s.Scale, s.Causal);

    public int HeadCount => Images * Heads;
    public int QueryBlocks { get; } = LaneWorkers.Pieces(Queries, Block);
    public int KeyBlocks { get; } = LaneWorkers.Pieces(Keys, Block);

    /// <summary>Floats between neighbouring tokens of q and k, and of v and y.</summary>
    public long Row => (long)Heads * Depth;
    public long ValueRow => (long)Heads * ValueDepth;

    /// <summary>Depths rounded up to whole lanes: the rows of sums.</summary>
    public int PaddedDepth { get; } = LaneWorkers.Pieces(Depth, Lanes.Count) * Lanes.Count;
    public int PaddedValueDepth { get; } = LaneWorkers.Pieces(ValueDepth, Lanes.Count) * Lanes.Count;

    /// <summary>Floats of a part of dq of one head: whole blocks of queries, because tiles write whole.</summary>
    public long QueryPart => (long)QueryBlocks * Block * PaddedDepth;

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

/// <summary>The additive bias [b|1, heads|1, n|1, m] of scores, as one head sees it; absent it is nowhere.</summary>
internal readonly unsafe struct AttentionBias(Operand bias, AttentionLayout layout, int head)
{
    private readonly float* _first = bias.Exists
        ? bias.Pointer
            + (bias.Shape[0] > 1 ? head / layout.Heads * bias.Shape.Product(1, 4) : 0)
            + (bias.Shape[1] > 1 ? head % layout.Heads * bias.Shape.Product(2, 4) : 0)
        : null;

    private readonly long _stride = bias.Exists && bias.Shape[2] > 1 ? bias.Shape[3] : 0;

    public float* At(int query, int key) => _first == null ? null : _first + query * _stride + key;
}
