using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>A block of scores [64, 64], or of tokens side by side [depth, 64], as the left of a product.</summary>
internal readonly struct BlockRows : IPanelLayout
{
    public static int RowStride => AttentionLayout.Block;
    public static int DepthStride => 1;
}

/// <summary>The same, transposed.</summary>
internal readonly struct BlockColumns : IPanelLayout
{
    public static int RowStride => 1;
    public static int DepthStride => AttentionLayout.Block;
}

/// <summary>
/// Blocks of tokens, brought into the order in which <see cref="Tile"/> reads them, and their products. Columns beyond the last are zeros: whatever else lay there
/// would be multiplied too, a hundred times as slowly where it happens to be subnormal.
/// </summary>
internal static unsafe class AttentionPanels
{
    private const int Block = AttentionLayout.Block;

    /// <summary>Columns of a panel: two registers, because blocks of 64 are whole numbers of them.</summary>
    public static int Width => 2 * Tile.Width;

    /// <summary>Floats of a block of tokens that are columns, and of one whose tokens are rows.</summary>
    public static long ColumnsSize(int depth) => (long)Block * depth;

    public static long RowsSize(int depth) => (long)Block * LaneWorkers.Pieces(depth, Width) * Width;

    /// <summary>Tokens as the rows of a left matrix: [depth, 64].</summary>
    public static void Left(float* from, long row, int tokens, int depth, float* to) => Packing.Transpose(from, row, tokens, depth, to, Block);

    /// <summary>The same of at most 64 channels, [tokens, 64].</summary>
    public static void LeftRows(float* from, long row, int tokens, int depth, float* to)
    {
        for (int token = 0; token < tokens; token++)
            Packing.Copy(from + token * row, to + token * Block, depth);
    }

    /// <summary>Tokens as the columns of a right matrix: panels [depth, columns].</summary>
    public static void Columns(float* from, long row, int tokens, int depth, float* to)
    {
        for (int first = 0; first < tokens; first += Width, to += depth * Width)
            RightPanel.Turn(from + first * row, row, Math.Min(Width, tokens - first), depth, to, Width);
    }

    /// <summary>Tokens as the rows of a right matrix: panels [64, columns].</summary>
    public static void Rows(float* from, long row, int tokens, int depth, float* to)
    {
        for (int first = 0; first < depth; first += Width, to += Block * Width)
            for (int token = 0; token < tokens; token++)
                RightPanel.CopyRow(from + token * row + first, to + token * Width, Math.Min(Width, depth - first), Width);
    }

    /// <summary>to [rows, columns] = left times right, or += it; panels of the right begin panel floats apart, rows of the target stride.</summary>
    public static void Multiply<L>(
        int rows, int columns, int depth, float* left, float* right, long panel, float* to, int stride, bool add)
        where L : struct, IPanelLayout
    {
        for (int column = 0; column < columns; column += Width, right += panel)
            for (int row = 0; row < rows; row += Tile.Rows)
                Tile.Multiply<L>(
                    Math.Min(Tile.Rows, rows - row), Math.Min(Width, columns - column), depth, left + row * L.RowStride, right, Width,
                    new TileTarget(to + row * stride + column, stride, add));
    }
}

/// <summary>Packs the keys (as columns) and the values (as rows) of one head.</summary>
internal readonly unsafe struct AttentionPacking<P>(AttentionLayout layout, float* k, float* v, float* keys, float* values) : IWork
    where P : struct, IAttentionProducts
{
    private readonly AttentionLayout _layout = layout;

    public void Run(int head)
    {
        for (int block = 0; block < _layout.KeyBlocks; block++)
        {
            int first = block * AttentionLayout.Block, count = _layout.KeysOf(block);
            long place = (long)head * _layout.KeyBlocks + block;
            P.PackKeys(_layout, k + _layout.KeyAt(head, first), count, keys + place * P.KeysSize(_layout));
            P.PackValues(_layout, v + _layout.ValueAt(head, first), count, values + place * P.ValuesSize(_layout));
        }
    }
}
