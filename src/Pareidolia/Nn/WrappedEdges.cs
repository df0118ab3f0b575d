using Pareidolia.Tensors;

namespace Pareidolia.Nn;

/// <summary>
/// While one is open on a thread, convolution layers that run on it take a picture's other side for what lies beyond its edges, where they else take
/// zeros: pictures then continue themselves when laid side by side. Which networks that concerns is a matter of what is run while it is open.
/// </summary>
internal sealed class WrappedEdges : IDisposable
{
    [ThreadStatic]
    private static WrappedEdges? s_open;

    private readonly WrappedEdges? _outer = s_open;
    private readonly bool _columns;
    private readonly bool _rows;

    /// <summary>Opens one; it ends on the thread that opened it.</summary>
    /// <param name="columns">The left and the right edge meet.</param>
    /// <param name="rows">The upper and the lower edge meet.</param>
    public WrappedEdges(bool columns, bool rows)
    {
        (_columns, _rows) = (columns, rows);
        s_open = this;
    }

    /// <summary>Whether one is open: what lies beyond a band of rows may then be at the other end of the picture.</summary>
    public static bool AreOpen => s_open is not null;

    /// <summary>Whether a window reads beyond edges that meet.</summary>
    public static bool Concern(Window window) => s_open is WrappedEdges open
        && ((open._columns && window.Left + window.Right > 0) || (open._rows && window.Top + window.Bottom > 0));

    /// <summary>x [b, h, w, c] with what lies beyond its edges, and the window without that padding.</summary>
    public static (Tensor Wider, Window Unpadded) Around(Tensor x, Window window)
    {
        if (s_open!._rows)
            (x, window) = (x.Pad(1, window.Top, window.Bottom, PadMode.Circular), window with { Top = 0, Bottom = 0 });
        if (s_open._columns)
            (x, window) = (x.Pad(2, window.Left, window.Right, PadMode.Circular), window with { Left = 0, Right = 0 });
        return (x, window);
    }

    /// <summary>x [b, h, w, c] r times as large by straight lines between pixels, across edges that meet too.</summary>
    public static Tensor Enlarged(Tensor x, int r)
    {
        (int h, int w) = (x.Shape[1], x.Shape[2]);
        Tensor wider = s_open is null ? x : Around(x, new Window(1, 1, 1, 1, 1, 1)).Wider;
        Tensor large = wider.Interpolate(wider.Shape[1] * r, wider.Shape[2] * r, Interpolation.Bilinear);
        return s_open is null ? large : large.Slice(1, (wider.Shape[1] - h) / 2 * r, h * r).Slice(2, (wider.Shape[2] - w) / 2 * r, w * r);
    }

    /// <inheritdoc/>
    public void Dispose() => s_open = _outer;
}
