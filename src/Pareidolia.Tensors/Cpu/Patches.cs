using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// A picture batch [b, h, w, c] seen as the matrix [pixels of a grid, taps x channels] of a convolution, never stored ("implicit GEMM",
/// Chetlur et al. 2014, https://arxiv.org/abs/1410.0759). Its depth is cut into runs: neighbouring taps of one row, whose channels lie side
/// by side in memory. What falls outside the picture is zero.
/// </summary>
internal unsafe struct Patches : ILeft<RowPanel>, IRight
{
    /// <summary>First channel (of the group) of the first pixel.</summary>
    public float* Start;
    public int Height;
    public int Width;

    /// <summary>From one pixel to the next, in elements.</summary>
    public int PixelStride;

    /// <summary>Channels that a tap takes.</summary>
    public int Channels;

    /// <summary>Taps side by side in one run.</summary>
    public int RunPixels;

    /// <summary>Place of each run's first tap relative to the window's corner; as many as there are runs.</summary>
    public int* RunY;
    public int* RunX;

    /// <summary>Windows in a picture, and how far apart.</summary>
    public int GridHeight;
    public int GridWidth;
    public int StrideH;
    public int StrideW;

    private readonly int RunLength => RunPixels * Channels;

    /// <summary>Makes one run of the taps of each row, where they follow each other without gaps; before, each tap is a run.</summary>
    public void JoinRuns(int taps, int groups)
    {
        int width = 1;
        while (width < taps && RunY[width] == RunY[0] && RunX[width] == RunX[0] + width)
            width++;
        if (groups > 1 || width == 1 || taps % width != 0 || !IsRegular(taps, width))
            return;
        RunPixels = width;
        for (int run = 0; run < taps / width; run++)
            (RunY[run], RunX[run]) = (RunY[run * width], RunX[run * width]);
    }

    /// <summary>The rows are pixels.</summary>
    public readonly float* Pack(int row, int rows, int k, int depth, float* panel)
    {
        Pixel* pixels = stackalloc Pixel[Tile.MaxRows];
        pixels[0] = At(row);
        for (int r = 1; r < rows; r++)
            pixels[r] = Next(pixels[r - 1]);
        (int run, int from) = Math.DivRem(k, RunLength);
        for (int done = 0, part; done < depth; run++, from = 0, done += part)
        {
            part = Math.Min(RunLength - from, depth - done);
            for (int r = 0; r < rows; r++)
                CopyRun(pixels[r], run, from, part, panel + done + (r * RowPanel.RowStride));
        }
        return panel;
    }

    /// <summary>Nowhere: windows are gathered, on either side.</summary>
    public readonly Lying At(int row, int k) => default;

    /// <summary>The depth is pixels: the patches of a weight gradient.</summary>
    readonly void IRight.Pack(int column, int columns, int k, int depth, float* panel)
    {
        if (columns < Tile.Columns)
            Packing.Clear(panel, depth * Tile.Columns);
        for (int done = 0; done < columns;)
        {
            (int tap, int channel) = Math.DivRem(column + done, Channels);
            int count = Math.Min(Channels - channel, columns - done);
            CopyTap(tap, channel, count, k, depth, panel + done);
            done += count;
        }
    }

    /// <summary>The first channel of what the first tap of a run meets for a pixel; false where that is outside the picture.</summary>
    public readonly bool TryFind(int row, int run, out float* channels)
    {
        Pixel pixel = At(row);
        int y = (pixel.Y * StrideH) + RunY[run];
        int x = (pixel.X * StrideW) + RunX[run];
        channels = Address(pixel.Image, y, x);
        return (uint)y < (uint)Height && (uint)x < (uint)Width;
    }

    /// <summary>
    /// Where the windows from a row on meet each tap: starts [taps, <see cref="Tile.MaxRows"/>]. What is outside the picture, and windows behind the last, meet
    /// <paramref name="zeros"/>.
    /// </summary>
    public readonly void Find(int row, int rows, int runs, float* zeros, float** starts)
    {
        Pixel pixel = At(row);
        for (int r = 0; r < Tile.MaxRows; r++, pixel = Next(pixel))
            for (int run = 0; run < runs; run++)
            {
                int y = (pixel.Y * StrideH) + RunY[run], x = (pixel.X * StrideW) + RunX[run];
                float* channels = Address(pixel.Image, y, x);
                bool inside = r < rows && (uint)y < (uint)Height;
                float** to = starts + (run * RunPixels * Tile.MaxRows) + r;
                for (int place = 0; place < RunPixels; place++, channels += PixelStride)
                    to[place * Tile.MaxRows] = inside && (uint)(x + place) < (uint)Width ? channels : zeros;
            }
    }

    private readonly bool IsRegular(int taps, int width)
    {
        for (int tap = 0; tap < taps; tap++)
            if (RunY[tap] != RunY[tap - (tap % width)] || RunX[tap] != RunX[0] + (tap % width))
                return false;
        return true;
    }

    private readonly Pixel At(int index)
    {
        (int line, int x) = Math.DivRem(index, GridWidth);
        (int image, int y) = Math.DivRem(line, GridHeight);
        return new Pixel { Image = image, Y = y, X = x };
    }

    private readonly Pixel Next(Pixel pixel)
    {
        if (++pixel.X < GridWidth)
            return pixel;
        pixel.X = 0;
        if (++pixel.Y < GridHeight)
            return pixel;
        pixel.Y = 0;
        pixel.Image++;
        return pixel;
    }

    [MethodImpl(Lanes.Inline)]
    private readonly void CopyRun(in Pixel pixel, int run, int from, int count, float* to)
    {
        int y = (pixel.Y * StrideH) + RunY[run];
        int x = (pixel.X * StrideW) + RunX[run];
        if ((uint)y >= (uint)Height)
            Packing.Clear(to, count);
        else if (x >= 0 && x + RunPixels <= Width)
            Packing.Copy(Address(pixel.Image, y, x) + from, to, count);
        else
            CopyClipped(pixel.Image, y, x, from, count, to);
    }

    // A run that begins or ends outside the picture.
    private readonly void CopyClipped(int image, int y, int x, int from, int count, float* to)
    {
        int first = Math.Clamp((Math.Max(0, -x) * Channels) - from, 0, count);
        int last = Math.Clamp((Math.Min(RunPixels, Width - x) * Channels) - from, first, count);
        Packing.Clear(to, first);
        Packing.Copy(Address(image, y, x) + from + first, to + first, last - first);
        Packing.Clear(to + last, count - last);
    }

    // One tap's channels of pixels k..k+depth, one below the other.
    private readonly void CopyTap(int tap, int channel, int count, int k, int depth, float* to)
    {
        (int run, int place) = Math.DivRem(tap, RunPixels);
        int left = RunX[run] + place;
        int firstInside = Math.Clamp(Ceiling(-left, StrideW), 0, GridWidth);
        int lastInside = Math.Clamp(Ceiling(Width - left, StrideW), firstInside, GridWidth);
        for (Pixel pixel = At(k); depth > 0;)
        {
            int pixels = Math.Min(GridWidth - pixel.X, depth);
            int y = (pixel.Y * StrideH) + RunY[run];
            bool outside = (uint)y >= (uint)Height;
            int first = outside ? pixels : Math.Clamp(firstInside - pixel.X, 0, pixels);
            int last = outside ? pixels : Math.Clamp(lastInside - pixel.X, first, pixels);
            float* from = Address(pixel.Image, y, (pixel.X * StrideW) + left) + channel;
            ClearRows(to, 0, first, count);
            CopyRows(from, (long)StrideW * PixelStride, to, first, last, count);
            ClearRows(to, last, pixels, count);
            to += pixels * Tile.Columns;
            depth -= pixels;
            pixel.X = GridWidth - 1;
            pixel = Next(pixel);
        }
    }

    private static void CopyRows(float* from, long stride, float* to, int first, int last, int count)
    {
        from += first * stride;
        to += first * Tile.Columns;
        for (int i = first; i < last; i++, from += stride, to += Tile.Columns)
            Packing.Copy(from, to, count);
    }

    private static void ClearRows(float* to, int first, int last, int count)
    {
        for (int i = first; i < last; i++)
            Packing.Clear(to + (i * Tile.Columns), count);
    }

    private readonly float* Address(int image, int y, int x) => Start + (((((long)image * Height) + y) * Width) + x) * PixelStride;

    private static int Ceiling(int extent, int part) => extent <= 0 ? 0 : (extent + part - 1) / part;

    private struct Pixel
    {
        public int Image;
        public int Y;
        public int X;
    }
}
