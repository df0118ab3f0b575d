namespace Pareidolia.Tensors.Cpu;

/// <summary>A left panel that keeps the rows of its matrix, so that packing copies runs.</summary>
internal readonly struct RowPanel : IPanelLayout
{
    public static int RowStride => Tile.MaxDepth;
    public static int DepthStride => 1;
}

/// <summary>A left panel with the elements of one depth side by side, as a transposed matrix stores them.</summary>
internal readonly struct DepthPanel : IPanelLayout
{
    public static int RowStride => 1;
    public static int DepthStride => Tile.Rows;
}
