using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>The work memory of one task of <see cref="AttentionBackward"/>.</summary>
internal readonly unsafe ref struct AttentionTiles(AttentionLayout layout, float* memory)
{
    private const int Block = AttentionLayout.Block;
    private readonly long _blocks = layout.QueryBlocks;
    private readonly long _rows = AttentionPanels.RowsSize(layout.Depth);
    private readonly long _valueRows = AttentionPanels.RowsSize(layout.ValueDepth);
    private readonly long _sums = (long)Block * layout.PaddedDepth;
    private readonly long _valueSums = (long)Block * layout.PaddedValueDepth;
    private readonly long _columns = AttentionPanels.ColumnsSize(layout.Depth);
    private readonly long _valueColumns = AttentionPanels.ColumnsSize(layout.ValueDepth);

    /// <summary>All of it, for a layout.</summary>
    public static long Floats(AttentionLayout layout)
    {
        AttentionTiles empty = new(layout, null);
        return empty.Products - (float*)null + empty._blocks * Block;
    }

    /// <summary>A block of p, [queries, keys].</summary>
    public float* Scores => memory;

    /// <summary>A block of dp, then ds.</summary>
    public float* Slopes => Scores + Block * Block;

    /// <summary>A block of keys, and of values, as columns; the keys also as rows.</summary>
    public float* KeyColumns => Slopes + Block * Block;
    public float* ValueColumns => KeyColumns + _columns;
    public float* KeyRows => ValueColumns + _valueColumns;

    /// <summary>The gradients of a block of keys and of values, [keys, padded depth].</summary>
    public float* Dk => KeyRows + _rows;
    public float* Dv => Dk + _sums;

    /// <summary>All queries, and the gradients of their outputs: on the left of products, and on the right as rows.</summary>
    public float* Queries(int block) => Dv + _valueSums + block * _columns;
    public float* Gradients(int block) => Queries((int)_blocks) + block * _valueColumns;
    public float* QueryRows(int block) => Gradients((int)_blocks) + block * _rows;
    public float* GradientRows(int block) => QueryRows((int)_blocks) + block * _valueRows;

    /// <summary>g . y of every query.</summary>
    public float* Products => GradientRows((int)_blocks);
}
