using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>The work memory of one task of <see cref="AttentionBackward"/>.</summary>
internal readonly unsafe ref struct AttentionTiles(AttentionLayout layout, float* memory)
{
    private const int Block = AttentionLayout.Block;
    private readonly long _tokens = layout.QueryBlocks;
    private readonly long _rows = AttentionPanels.RowsSize(layout.Depth);
    private readonly long _valueRows = AttentionPanels.RowsSize(layout.ValueDepth);
    private readonly long _columns = AttentionPanels.ColumnsSize(layout.Depth);
    private readonly long _valueColumns = AttentionPanels.ColumnsSize(layout.ValueDepth);

    /// <summary>All of it, for a layout.</summary>
    public static long Floats(AttentionLayout layout)
    {
        AttentionTiles empty = new(layout, null);
        return empty.Products - (float*)null + empty._tokens * Block;
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
    public float* Dv => Dk + _rows;

    /// <summary>All queries, and the gradients of their outputs, as rows.</summary>
    public float* Queries(int block) => Dv + _valueRows + block * _rows;
    public float* Gradients(int block) => Dv + _valueRows + _tokens * _rows + block * _valueRows;

    /// <summary>g . y of every query.</summary>
    public float* Products => Dv + _valueRows + _tokens * (_rows + _valueRows);
}
