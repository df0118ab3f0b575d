using Pareidolia.Tensors;

namespace Pareidolia.Graph.Sampling;

/// <summary>Moves the cells of latents, and lays some over others.</summary>
internal static class Cells
{
    /// <summary>[n, h, w, c] mirrored: top to bottom (axis 1) or left to right (axis 2).</summary>
    public static Tensor Mirrored(Tensor x, int axis) =>
        Moved(x, x.Shape[1], x.Shape[2], (row, column) => axis == 1 ? (x.Shape[1] - 1 - row, column) : (row, x.Shape[2] - 1 - column));

    /// <summary>[n, h, w, c] turned to the right by a quarter, some times.</summary>
    public static Tensor Turned(Tensor x, int quarters) => quarters == 0 ? x : Turned(
        Moved(x, x.Shape[2], x.Shape[1], (row, column) => (x.Shape[1] - 1 - column, row)), quarters - 1);

    /// <summary>One batch over another, from a cell on; what stands out is cut off.</summary>
    /// <param name="under">[n, h, w, c].</param>
    /// <param name="over">[n or 1, h', w', c].</param>
    /// <param name="x">Cells from the left.</param>
    /// <param name="y">Cells from the top.</param>
    /// <param name="feather">Cells over which it fades in at edges within the other.</param>
    public static Tensor Pasted(Tensor under, Tensor over, int x, int y, int feather = 0)
    {
        (int rows, int columns) = (Math.Min(over.Shape[1], under.Shape[1] - y), Math.Min(over.Shape[2], under.Shape[2] - x));
        if (rows <= 0 || columns <= 0)
            return under;
        Tensor part = over.Slice(1, 0, rows).Slice(2, 0, columns);
        float[] shares = Shares(rows, columns, feather, (x > 0, y > 0, x + columns < under.Shape[2], y + rows < under.Shape[1]));
        Tensor share = Placed(Tensor.From(shares, [1, rows, columns, 1], under.Device), under, x, y);
        return (under * share.Affine(-1, 1)) + (Placed(part, under, x, y) * share);
    }

    private static Tensor Placed(Tensor part, Tensor whole, int x, int y) =>
        part.Pad(1, y, whole.Shape[1] - y - part.Shape[1]).Pad(2, x, whole.Shape[2] - x - part.Shape[2]);

    private static float[] Shares(int rows, int columns, int feather, (bool Left, bool Top, bool Right, bool Bottom) inside)
    {
        float[] shares = new float[rows * columns];
        for (int i = 0; i < shares.Length; i++)
        {
            (int row, int column) = (i / columns, i % columns);
            shares[i] = Fade(inside.Top, row) * Fade(inside.Bottom, rows - 1 - row) * Fade(inside.Left, column) * Fade(inside.Right, columns - 1 - column);
        }
        return shares;

        float Fade(bool fades, int distance) => fades && distance < feather ? (distance + 1f) / feather : 1;
    }

    private static Tensor Moved(Tensor x, int rows, int columns, Func<int, int, (int Row, int Column)> from)
    {
        (int n, int height, int width) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        int[] places = new int[n * rows * columns];
        for (int i = 0; i < places.Length; i++)
        {
            (int row, int column) = from(i / columns % rows, i % columns);
            places[i] = (((i / (rows * columns) * height) + row) * width) + column;
        }
        return x.Reshape(-1, x.Shape[3]).Rows(places).Reshape(n, rows, columns, x.Shape[3]);
    }
}
