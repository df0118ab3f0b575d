namespace Pareidolia.Tensors.Cpu;

/// <summary>Where the windows of a pool lie: of an output [b, oh, ow, c] in pictures [b, h, w, c].</summary>
internal readonly record struct PoolLayout(int Images, int Height, int Width, int Channels, int OutHeight, int OutWidth, ConvGeometry Window)
{
    public static PoolLayout Of(Shape x, Shape y, ConvGeometry window) => new(x[0], x[1], x[2], x[3], y[1], y[2], window);

    /// <summary>Floats of a picture, and of an output picture.</summary>
    public long Picture => (long)Height * Width * Channels;
    public long Output => (long)OutHeight * OutWidth * Channels;

    /// <summary>Where the window of a row of outputs, or of a column, begins: before 0 in the padding.</summary>
    public int Top(int row) => row * Window.StrideH - Window.Top;
    public int Left(int column) => column * Window.StrideW - Window.Left;

    /// <summary>The taps of such a window that lie inside the picture, as a range.</summary>
    public (int First, int End) Rows(int row) => Inside(Top(row), Height, Window.KernelH, Window.DilationH);
    public (int First, int End) Columns(int column) => Inside(Left(column), Width, Window.KernelW, Window.DilationW);

    /// <summary>The output whose window reaches an input with a tap, or -1.</summary>
    public int RowOf(int input, int tap) => Reached(input + Window.Top - tap * Window.DilationH, Window.StrideH, OutHeight);
    public int ColumnOf(int input, int tap) => Reached(input + Window.Left - tap * Window.DilationW, Window.StrideW, OutWidth);

    private static (int First, int End) Inside(int start, int extent, int kernel, int dilation) => (
        start >= 0 ? 0 : LaneWorkers.Pieces(-start, dilation),
        start >= extent ? 0 : Math.Min(kernel, LaneWorkers.Pieces(extent - start, dilation)));

    private static int Reached(int distance, int stride, int outputs) =>
        distance >= 0 && distance % stride == 0 && distance / stride < outputs ? distance / stride : -1;
}
