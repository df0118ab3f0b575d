using System.Runtime.CompilerServices;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Weights [n, k] in fewer bits, as the right matrix [k, n] of a product: they become floats while panels are packed, a few rows at a time, so
/// that a layer's weights are never floats all at once.
/// </summary>
/// <param name="start">The first row.</param>
/// <param name="factors">One for each row; null where the format has none.</param>
/// <param name="stride">Elements from one row to the next.</param>
internal readonly unsafe struct StoredColumns<E>(nint start, float* factors, long stride) : IRight
    where E : struct, IStoredFormat
{
    private const int RowsAtOnce = 8;

    /// <summary>Weights [n, ..] of which each row of the first axis is a column here.</summary>
    public static StoredColumns<E> Of(Operand weights, long stride) => new(
        weights.Address, weights.Type == DType.Q8 ? (float*)(weights.Address + (nint)DTypes.FactorsAt(weights.Count)) : null, stride);

    public void Pack(int column, int columns, int k, int depth, float* panel)
    {
        for (int done = 0; done < depth; done += Tile.MaxDepth)
            PackPart(column, columns, k + done, Math.Min(Tile.MaxDepth, depth - done), panel + (done * Tile.Columns));
    }

    public Lying At(int column, int k) => default;

    [SkipLocalsInit]
    private void PackPart(int column, int columns, int k, int depth, float* panel)
    {
        float* rows = stackalloc float[RowsAtOnce * Tile.MaxDepth];
        if (columns < Tile.Columns)
            Packing.Clear(panel, depth * Tile.Columns);
        for (int first = 0; first < columns; first += RowsAtOnce)
        {
            int count = Math.Min(RowsAtOnce, columns - first);
            for (int i = 0; i < count; i++)
            {
                int row = column + first + i;
                E.Widen(start, (row * stride) + k, depth, factors == null ? 1 : factors[row], rows + (i * Tile.MaxDepth));
            }
            Packing.Transpose(rows, Tile.MaxDepth, count, depth, panel + first, Tile.Columns);
        }
    }
}

/// <summary>y [n, c] = rows of a table in fewer bits at ids [n].</summary>
internal readonly unsafe struct GatherStored<E>(Operand table, Operand ids, Operand y) : IWork
    where E : struct, IStoredFormat
{
    public void Run(int task)
    {
        int c = table.Shape[1], id = ((int*)ids.Address)[task];
        float factor = table.Type == DType.Q8 ? ((float*)(table.Address + (nint)DTypes.FactorsAt(table.Count)))[id] : 1;
        E.Widen(table.Address, (long)id * c, c, factor, y.Pointer + ((long)task * c));
    }
}
