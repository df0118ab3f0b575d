using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pareidolia.Tensors.Cpu.Emitted;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// The arithmetic of attention's two products, and the order of what they read. Sizes are in floats; a block is <see cref="AttentionLayout.Block"/> tokens, fewer
/// at the end.
/// </summary>
internal unsafe interface IAttentionProducts
{
    static abstract long QueriesSize(AttentionLayout layout);
    static abstract long KeysSize(AttentionLayout layout);
    static abstract long ValuesSize(AttentionLayout layout);
    static abstract long SumsSize(AttentionLayout layout);

    /// <summary>Weights as <see cref="AddValues"/> reads them.</summary>
    static abstract long WeightsSize { get; }

    /// <summary>Whether <see cref="Weigh"/> may be asked for.</summary>
    static abstract bool Weighs { get; }

    static abstract void PackQueries(AttentionLayout layout, float* from, int count, float* to);
    static abstract void PackKeys(AttentionLayout layout, float* from, int count, float* to);
    static abstract void PackValues(AttentionLayout layout, float* from, int count, float* to);

    /// <summary>Makes a thread ready; what it does until <see cref="End"/> does not wait.</summary>
    static abstract void Begin();
    static abstract void End();

    /// <summary>scores [rows, 64] = queries keys^T of count keys.</summary>
    static abstract void Score(AttentionLayout layout, int rows, int count, float* queries, float* keys, float* scores);

    /// <summary>Weights of one query = e^(scale scores [64] - reference), where <see cref="AddValues"/> reads them; total [16] += them.</summary>
    static abstract void Weigh(float* scores, float scale, float reference, int row, float* total, float* weights);

    /// <summary>Weights [rows, 64] of count keys, which lie where scores do, become what <see cref="AddValues"/> reads.</summary>
    static abstract float* PackWeights(int rows, int count, float* scores, float* weights);

    /// <summary>sums += weights values of count keys.</summary>
    static abstract void AddValues(AttentionLayout layout, int rows, int count, float* weights, float* values, float* sums);

    /// <summary>Where lanes i.. of a row of sums lie.</summary>
    static abstract float* Sum(AttentionLayout layout, float* sums, int row, int i);
}

/// <summary>In float32.</summary>
internal readonly unsafe struct FloatAttention : IAttentionProducts
{
    private const int Block = AttentionLayout.Block;

    public static long WeightsSize => 0;

    public static bool Weighs => false;

    public static long QueriesSize(AttentionLayout layout) => (long)Block * Math.Max(Block, layout.Depth);

    public static long KeysSize(AttentionLayout layout) => AttentionPanels.ColumnsSize(layout.Depth);

    public static long ValuesSize(AttentionLayout layout) => AttentionPanels.RowsSize(layout.ValueDepth);

    public static long SumsSize(AttentionLayout layout) => (long)Block * layout.PaddedValueDepth;

    // Queries that are no longer than a row of scores stay rows: copying is cheaper than turning.
    public static void PackQueries(AttentionLayout layout, float* from, int count, float* to)
    {
        if (layout.Depth > Block)
            AttentionPanels.Left(from, layout.Row, count, layout.Depth, to);
        else
            AttentionPanels.LeftRows(from, layout.Row, count, layout.Depth, to);
    }

    public static void PackKeys(AttentionLayout layout, float* from, int count, float* to) =>
        AttentionPanels.Columns(from, layout.Row, count, layout.Depth, to);

    public static void PackValues(AttentionLayout layout, float* from, int count, float* to) =>
        AttentionPanels.Rows(from, layout.ValueRow, count, layout.ValueDepth, to);

    public static void Begin()
    {
    }

    public static void End()
    {
    }

    public static void Score(AttentionLayout layout, int rows, int count, float* queries, float* keys, float* scores)
    {
        long panel = (long)layout.Depth * AttentionPanels.Width;
        if (layout.Depth > Block)
            AttentionPanels.Multiply<BlockColumns>(rows, count, layout.Depth, queries, keys, panel, scores, Block, add: false);
        else
            AttentionPanels.Multiply<BlockRows>(rows, count, layout.Depth, queries, keys, panel, scores, Block, add: false);
    }

    public static void Weigh(float* scores, float scale, float reference, int row, float* total, float* weights) => throw new NotSupportedException();

    public static float* PackWeights(int rows, int count, float* scores, float* weights) => scores;

    public static void AddValues(AttentionLayout layout, int rows, int count, float* weights, float* values, float* sums) =>
        AttentionPanels.Multiply<BlockRows>(
            rows, layout.ValueDepth, count, weights, values, Block * AttentionPanels.Width, sums, layout.PaddedValueDepth, add: true);

    public static float* Sum(AttentionLayout layout, float* sums, int row, int i) => sums + (row * layout.PaddedValueDepth) + i;
}

/// <summary>In bfloat16 with float32 sums: queries, keys, values and weights are rounded, scores and sums are not.</summary>
internal readonly unsafe struct HalfAttention : IAttentionProducts
{
    private const int Block = AttentionLayout.Block, Side = Bf16Unit.Side;

    // A step of a panel, and one tile of it, in floats.
    private const int Step = Bf16Unit.StepBytes / sizeof(float), HalfStep = Step / 2;

    private const int RowPanels = Block / Side, KeySteps = Block / Bf16Unit.Depth;

    // Below, converting costs more than the unit saves.
    private const int LeastDepth = 16;

    /// <summary>Whether it is allowed, and pays.</summary>
    public static bool Suits(AttentionLayout layout) => ReducedPrecision.IsAllowed && Bf16Unit.IsSupported
        && Math.Min(layout.Depth, layout.ValueDepth) >= LeastDepth && Math.Min(layout.Queries, layout.Keys) >= Side;

    public static long WeightsSize => RowPanels * KeySteps * Step;

    public static bool Weighs => Avx512F.IsSupported;

    public static long QueriesSize(AttentionLayout layout) => (long)RowPanels * Steps(layout) * Step;

    public static long KeysSize(AttentionLayout layout) => QueriesSize(layout);

    public static long ValuesSize(AttentionLayout layout) => (long)ValuePanels(layout) * KeySteps * Step;

    public static long SumsSize(AttentionLayout layout) => (long)ValuePanels(layout) * Block * Side;

    public static void PackQueries(AttentionLayout layout, float* from, int count, float* to) =>
        RowsOf(from, layout.Row, count, layout.Depth, Steps(layout), to);

    // The pairs of a right panel's column are those of the token's own row: rows first, then each tile turned.
    public static void PackKeys(AttentionLayout layout, float* from, int count, float* to)
    {
        int steps = Steps(layout);
        float* rows = Scratch.Floats(Scratch.Slot.Left, (long)RowPanels * steps * Step);
        RowsOf(from, layout.Row, count, layout.Depth, steps, rows);
        for (int tile = 0; tile < RowPanels * steps * 2; tile++)
            Packing.Transpose(rows + (tile * HalfStep), 16, 16, 16, to + (tile * HalfStep), 16);
    }

    public static void PackValues(AttentionLayout layout, float* from, int count, float* to)
    {
        float* square = Scratch.Floats(Scratch.Slot.Right, Side * Tile.MaxColumns);
        for (int column = 0; column < layout.ValueDepth; column += Side)
            for (int key = 0; key < Block; key += Bf16Unit.Depth, to += Step)
            {
                Packing.Clear(square, Side * Tile.MaxColumns);
                for (int i = 0; i < Math.Min(Bf16Unit.Depth, count - key); i++)
                    Packing.Copy(
                        from + ((key + i) * layout.ValueRow) + column, square + (PlaceOfKey(i) * Tile.MaxColumns), Math.Min(Side, layout.ValueDepth - column));
                Bf16.Pairs(square, Tile.MaxColumns, (byte*)to);
            }
    }

    public static void Begin() => Bf16Unit.Configure();

    public static void End() => Bf16Unit.Release();

    public static void Score(AttentionLayout layout, int rows, int count, float* queries, float* keys, float* scores)
    {
        int steps = Steps(layout);
        for (int row = 0; row < rows; row += Side)
            for (int key = 0; key < count; key += Side)
            {
                float* left = queries + (row / Side * steps * Step), right = keys + (key / Side * steps * Step), to = scores + (row * Block) + key;
                Bf16Unit.Multiply((byte*)left, (byte*)right, to, steps, fresh: true, to, Block);
            }
    }

    [MethodImpl(Lanes.Inline)]
    public static void Weigh(float* scores, float scale, float reference, int row, float* total, float* weights)
    {
        Vector512<float> factor = Vector512.Create(scale * AttentionWeights.Log2OfE), start = Vector512.Create(-reference * AttentionWeights.Log2OfE);
        Vector512<float> w0 = AttentionWeights.Of(scores, factor, start), w1 = AttentionWeights.Of(scores + 16, factor, start);
        Vector512<float> w2 = AttentionWeights.Of(scores + 32, factor, start), w3 = AttentionWeights.Of(scores + 48, factor, start);
        (Vector512.Load(total) + (w0 + w1 + (w2 + w3))).Store(total);
        uint* to = (uint*)WeightsOf(weights, row);
        AttentionWeights.Pairs(w0, w1).Store(to);
        AttentionWeights.Pairs(w2, w3).Store(to + Step);
    }

    public static float* PackWeights(int rows, int count, float* scores, float* weights)
    {
        for (int row = 0; row < rows; row++)
        {
            float* from = scores + (row * Block), to = WeightsOf(weights, row);
            if (count < Block)
                Packing.Clear(from + count, Block - count);
            for (int step = 0; step < KeySteps; step++, from += Bf16Unit.Depth, to += Step)
                AttentionWeights.Pairs(Vector512.Load(from), Vector512.Load(from + 16)).Store((uint*)to);
        }
        return weights;
    }

    public static void AddValues(AttentionLayout layout, int rows, int count, float* weights, float* values, float* sums)
    {
        int steps = LaneWorkers.Pieces(count, Bf16Unit.Depth);
        for (int panel = 0; panel < ValuePanels(layout); panel++)
            for (int row = 0; row < rows; row += Side)
            {
                float* left = weights + (row / Side * KeySteps * Step), right = values + (panel * KeySteps * Step), to = Sum(layout, sums, row, panel * Side);
                Bf16Unit.Multiply((byte*)left, (byte*)right, to, steps, fresh: false, to, Side);
            }
    }

    // Squares of 32 rows by 32 values: those that a kernel adds to.
    public static float* Sum(AttentionLayout layout, float* sums, int row, int i) => sums + (((i / Side * Block) + row) * Side) + (i % Side);

    // Where a row of weights begins.
    private static float* WeightsOf(float* weights, int row) => weights + (row / Side * KeySteps * Step) + (row % Side * (Bf16.TileRow / sizeof(float)));

    // Keys 0..15 of a step stand beside keys 16..31, so that two registers of weights become one of pairs without changing places.
    private static int PlaceOfKey(int key) => key % 16 * 2 + (key / 16);

    private static int Steps(AttentionLayout layout) => LaneWorkers.Pieces(layout.Depth, Bf16Unit.Depth);

    private static int ValuePanels(AttentionLayout layout) => LaneWorkers.Pieces(layout.ValueDepth, Side);

    // Left panels of 32 rows each; zeros where rows or depth end.
    private static void RowsOf(float* from, long stride, int count, int depth, int steps, float* to)
    {
        if (count < Block || depth < steps * Bf16Unit.Depth)
            Packing.Clear(to, RowPanels * steps * Step);
        for (int row = 0; row < count; row++)
            Bf16.Row(from + (row * stride), depth, (byte*)(to + (row / Side * steps * Step)) + (row % Side * Bf16.TileRow), Bf16Unit.StepBytes);
    }
}
