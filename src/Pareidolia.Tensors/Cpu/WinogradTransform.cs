using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// The three transforms of F(4x4, 3x3) with the points 0, 1, -1, 2, -2 and infinity: each is a small matrix from the left and its transpose from
/// the right, so one pass over columns and one over rows.
/// </summary>
internal static unsafe class WinogradTransform
{
    private const int Side = Winograd.Side;
    private const int Step = Winograd.Step;

    /// <summary>B^T d B of some channels of a window.</summary>
    /// <param name="pixels">The window's 36 pixels; null outside the picture.</param>
    /// <param name="channel">First channel.</param>
    /// <param name="left">Channels that are left: beyond them zeros are taken.</param>
    /// <param name="to">Place 0 of the result; registers are stored whole.</param>
    /// <param name="stride">From one place to the next.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Window<V>(float** pixels, int channel, int left, float* to, long stride)
        where V : unmanaged, ILanes<V>
    {
        V* half = stackalloc V[Winograd.Places];
        for (int x = 0; x < Side; x++)
        {
            V d0 = Pixel<V>(pixels[x], channel, left), d1 = Pixel<V>(pixels[x + Side], channel, left);
            V d2 = Pixel<V>(pixels[x + (2 * Side)], channel, left), d3 = Pixel<V>(pixels[x + (3 * Side)], channel, left);
            V d4 = Pixel<V>(pixels[x + (4 * Side)], channel, left), d5 = Pixel<V>(pixels[x + (5 * Side)], channel, left);
            Spread(ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            (half[x], half[x + Side], half[x + (2 * Side)]) = (d0, d1, d2);
            (half[x + (3 * Side)], half[x + (4 * Side)], half[x + (5 * Side)]) = (d3, d4, d5);
        }
        for (int y = 0; y < Side; y++, to += Side * stride)
        {
            V* row = half + (y * Side);
            V d0 = row[0], d1 = row[1], d2 = row[2], d3 = row[3], d4 = row[4], d5 = row[5];
            Spread(ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            d0.Store(to);
            d1.Store(to + stride);
            d2.Store(to + (2 * stride));
            d3.Store(to + (3 * stride));
            d4.Store(to + (4 * stride));
            d5.Store(to + (5 * stride));
        }
    }

    /// <summary>G g G^T of panels of 3x3 kernels.</summary>
    /// <param name="taps">Nine panels of so many floats.</param>
    /// <param name="tapStride">From one tap's panel to the next.</param>
    /// <param name="floats">Floats of a panel, in whole registers.</param>
    /// <param name="to">36 panels.</param>
    /// <param name="stride">From one place's panel to the next.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Kernels<V>(float* taps, long tapStride, int floats, float* to, long stride)
        where V : unmanaged, ILanes<V>
    {
        V* half = stackalloc V[3 * Side];
        V* row = stackalloc V[Side];
        for (int i = 0; i < floats; i += V.Count)
        {
            for (int x = 0; x < 3; x++)
            {
                float* tap = taps + i + (x * tapStride);
                Raise(V.Load(tap), V.Load(tap + (3 * tapStride)), V.Load(tap + (6 * tapStride)), half + x, 3);
            }
            for (int y = 0; y < Side; y++)
            {
                Raise(half[3 * y], half[(3 * y) + 1], half[(3 * y) + 2], row, 1);
                for (int x = 0; x < Side; x++)
                    row[x].Store(to + i + (((y * Side) + x) * stride));
            }
        }
    }

    /// <summary>A^T m A: 4x4 pixels of <see cref="Tile.Columns"/> channels.</summary>
    /// <param name="sums">Place 0 of a window's products.</param>
    /// <param name="stride">From one place to the next.</param>
    /// <param name="to">16 pixels, row by row.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pixels<V>(float* sums, long stride, float* to)
        where V : unmanaged, ILanes<V>
    {
        V* half = stackalloc V[Step * Side];
        for (int i = 0; i < Tile.Columns; i += V.Count)
        {
            for (int x = 0; x < Side; x++)
            {
                float* m = sums + i + (x * stride);
                Gather(
                    V.Load(m), V.Load(m + (6 * stride)), V.Load(m + (12 * stride)), V.Load(m + (18 * stride)), V.Load(m + (24 * stride)),
                    V.Load(m + (30 * stride)), out half[x], out half[x + Side], out half[x + (2 * Side)], out half[x + (3 * Side)]);
            }
            for (int y = 0; y < Step; y++)
            {
                V* m = half + (y * Side);
                Gather(m[0], m[1], m[2], m[3], m[4], m[5], out V p0, out V p1, out V p2, out V p3);
                float* pixel = to + (y * Step * Tile.Columns) + i;
                p0.Store(pixel);
                p1.Store(pixel + Tile.Columns);
                p2.Store(pixel + (2 * Tile.Columns));
                p3.Store(pixel + (3 * Tile.Columns));
            }
        }
    }

    [MethodImpl(Lanes.Inline)]
    private static V Pixel<V>(float* pixel, int channel, int left)
        where V : unmanaged, ILanes<V> => pixel == null ? V.Of(0) : Lanes.Load<V>(pixel + channel, left);

    // B^T d, B^T = [4 0 -5 0 1 0; 0 -4 -4 1 1 0; 0 4 -4 -1 1 0; 0 -2 -1 2 1 0; 0 2 -1 -2 1 0; 0 4 0 -5 0 1].
    [MethodImpl(Lanes.Inline)]
    private static void Spread<V>(ref V d0, ref V d1, ref V d2, ref V d3, ref V d4, ref V d5)
        where V : unmanaged, ILanes<V>
    {
        V four = V.Of(4), five = V.Of(-5), less = V.Of(-4), two = V.Of(2);
        V even = V.MulAdd(less, d2, d4), odd = V.MulAdd(less, d1, d3);
        V evenTwo = d4 - d2, oddTwo = two * (d3 - d1);
        d0 = V.MulAdd(four, d0, V.MulAdd(five, d2, d4));
        d5 = V.MulAdd(four, d1, V.MulAdd(five, d3, d5));
        d1 = even + odd;
        d2 = even - odd;
        d3 = evenTwo + oddTwo;
        d4 = evenTwo - oddTwo;
    }

    // G g, G = [1/4 0 0; -1/6 -1/6 -1/6; -1/6 1/6 -1/6; 1/24 1/12 1/6; 1/24 -1/12 1/6; 0 0 1].
    [MethodImpl(Lanes.Inline)]
    private static void Raise<V>(V g0, V g1, V g2, V* to, int stride)
        where V : unmanaged, ILanes<V>
    {
        V sixth = V.Of(-1f / 6), middle = g1 * V.Of(1f / 12);
        V outer = (g0 + g2) * sixth, inner = V.MulAdd(g0, V.Of(1f / 24), g2 * V.Of(1f / 6));
        to[0] = g0 * V.Of(0.25f);
        to[stride] = V.MulAdd(g1, sixth, outer);
        to[2 * stride] = V.MulAdd(g1, V.Of(1f / 6), outer);
        to[3 * stride] = inner + middle;
        to[4 * stride] = inner - middle;
        to[5 * stride] = g2;
    }

    // A^T m, A^T = [1 1 1 1 1 0; 0 1 -1 2 -2 0; 0 1 1 4 4 0; 0 1 -1 8 -8 1].
    [MethodImpl(Lanes.Inline)]
    private static void Gather<V>(V m0, V m1, V m2, V m3, V m4, V m5, out V p0, out V p1, out V p2, out V p3)
        where V : unmanaged, ILanes<V>
    {
        V near = m1 + m2, turn = m1 - m2, far = m3 + m4, wide = m3 - m4;
        p0 = m0 + near + far;
        p1 = V.MulAdd(V.Of(2), wide, turn);
        p2 = V.MulAdd(V.Of(4), far, near);
        p3 = V.MulAdd(V.Of(8), wide, turn) + m5;
    }
}
