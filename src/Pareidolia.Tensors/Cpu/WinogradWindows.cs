using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>The 6x6 windows of a batch of pictures, four pixels apart, numbered row by row and picture by picture; outside a picture is zero.</summary>
internal readonly unsafe struct WinogradWindows(Patches patches, int depth, int images)
{
    private readonly Patches _patches = patches;

    /// <summary>Channels.</summary>
    public int Depth => depth;

    /// <summary>Pixels of a row of the result.</summary>
    public int GridWidth => _patches.GridWidth;

    /// <summary>All windows.</summary>
    public int Count => images * PerImage;

    private int PerImage => Rows * Columns;

    private int Rows => GemmPlan.Ceiling(_patches.GridHeight, Winograd.Step);

    private int Columns => GemmPlan.Ceiling(_patches.GridWidth, Winograd.Step);

    /// <summary>The first pixel of the result that a window gives, and how many across and down lie inside.</summary>
    public (int Pixel, int Width, int Height) Pixels(int window)
    {
        (int image, int y, int x) = Place(window);
        int pixel = (((image * _patches.GridHeight) + y) * _patches.GridWidth) + x;
        return (pixel, Math.Min(Winograd.Step, _patches.GridWidth - x), Math.Min(Winograd.Step, _patches.GridHeight - y));
    }

    /// <summary>Transforms channels of a window: place k goes to <paramref name="to"/> + k * <paramref name="stride"/>.</summary>
    [SkipLocalsInit]
    public void Transform<V>(int window, int channel, int channels, float* to, long stride)
        where V : unmanaged, ILanes<V>
    {
        (int image, int y, int x) = Place(window);
        (y, x) = (y + _patches.RunY[0], x + _patches.RunX[0]);
        long row = (long)_patches.Width * _patches.PixelStride;
        float* picture = _patches.Start + (image * _patches.Height * row) + channel;
        float** pixels = stackalloc float*[Winograd.Places];
        for (int i = 0; i < Winograd.Places; i++)
        {
            (int down, int right) = Math.DivRem(i, Winograd.Side);
            bool inside = (uint)(y + down) < (uint)_patches.Height && (uint)(x + right) < (uint)_patches.Width;
            pixels[i] = inside ? picture + ((y + down) * row) + ((long)(x + right) * _patches.PixelStride) : null;
        }
        for (int c = 0; c < channels; c += V.Count)
            WinogradTransform.Window<V>(pixels, c, channels - c, to + c, stride);
    }

    private (int Image, int Y, int X) Place(int window)
    {
        (int image, int inside) = Math.DivRem(window, PerImage);
        (int row, int column) = Math.DivRem(inside, Columns);
        return (image, row * Winograd.Step, column * Winograd.Step);
    }
}
