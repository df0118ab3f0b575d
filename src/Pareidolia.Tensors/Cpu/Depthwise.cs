using System.Runtime.Intrinsics;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Convolutions in which every channel is a group of its own: there are no matrices to multiply, so the channels lie side by side in registers.
/// </summary>
internal static unsafe class Depthwise
{
    public static bool Is(ConvGeometry p, Operand x, Operand w) => p.Groups > 1 && p.Groups == x.Shape[3] && p.Groups == w.Shape[0];

    /// <summary>output [pixels, c] = sum over runs of one tap each, weights [c, taps] at the chosen taps.</summary>
    public static void Run(in Patches patches, int pixels, int taps, float* weights, int kernelTaps, int* chosen, in GemmOutput output)
    {
        int channels = patches.PixelStride;
        // [taps, c], channels padded to whole tiles.
        int stride = GemmPlan.Ceiling(channels, Tile.Columns) * Tile.Columns;
        float* byTap = Scratch.Floats(Scratch.Slot.SharedRight, (long)Math.Max(1, taps) * stride);
        for (int tap = 0; tap < taps; tap++)
            for (int channel = 0; channel < stride; channel++)
                byTap[(tap * stride) + channel] = channel < channels ? weights[(channel * kernelTaps) + chosen[tap]] : 0;
        int lines = patches.GridWidth == 0 ? 0 : pixels / patches.GridWidth;
        Workers.Run(lines, new Lines(patches, taps, byTap, stride, output));
    }

    /// <summary>dw [c, taps] of the windows of x and g [pixels, c].</summary>
    public static void WeightGradient(in Patches patches, int pixels, int taps, float* g, float* dw) =>
        Workers.Run(GemmPlan.Ceiling(patches.PixelStride, Lanes.Count), new Gradients(patches, pixels, taps, g, dw));

    // One task: one line of windows.
    private readonly struct Lines(Patches patches, int taps, float* weights, int stride, GemmOutput output) : IWork
    {
        public void Run(int task)
        {
            float* tile = stackalloc float[Tile.MaxColumns];
            for (int pixel = task * patches.GridWidth; pixel < (task + 1) * patches.GridWidth; pixel++)
                for (int channel = 0; channel < patches.PixelStride; channel += Tile.Columns)
                {
                    int count = Math.Min(Tile.Columns, patches.PixelStride - channel);
                    Packing.Clear(tile, Tile.Columns);
                    for (int tap = 0; tap < taps; tap++)
                        if (patches.TryFind(pixel, tap, out float* from))
                            MulAdd(from + channel, weights + (tap * stride) + channel, tile, count);
                    output.Take(tile, Tile.Columns, pixel, 1, channel, count, true, true);
                }
        }
    }

    // One task: some channels.
    private readonly struct Gradients(Patches patches, int pixels, int taps, float* g, float* dw) : IWork
    {
        public void Run(int task)
        {
            int channel = task * Lanes.Count;
            int count = Math.Min(Lanes.Count, patches.PixelStride - channel);
            float* sum = stackalloc float[Lanes.Count];
            for (int tap = 0; tap < taps; tap++)
            {
                Packing.Clear(sum, Lanes.Count);
                for (int pixel = 0; pixel < pixels; pixel++)
                    if (patches.TryFind(pixel, tap, out float* from))
                        MulAdd(from + channel, g + ((long)pixel * patches.PixelStride) + channel, sum, count);
                for (int i = 0; i < count; i++)
                    dw[((channel + i) * taps) + tap] = sum[i];
            }
        }
    }

    // sum += a b
    private static void MulAdd(float* a, float* b, float* sum, int count)
    {
        if (Vector512.IsHardwareAccelerated)
            MulAdd<Lanes512>(a, b, sum, count);
        else
            MulAdd<LanesNative>(a, b, sum, count);
    }

    private static void MulAdd<V>(float* a, float* b, float* sum, int count)
        where V : unmanaged, ILanes<V>
    {
        for (int i = 0; i < count; i += V.Count)
        {
            int part = Math.Min(V.Count, count - i);
            V.MulAdd(GemmOutput.Load<V>(a + i, part), GemmOutput.Load<V>(b + i, part), V.Load(sum + i)).Store(sum + i);
        }
    }
}
