using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>The operands of a grid sample, their extents, and the cut into rows of outputs or, for sums into the picture, into channels.</summary>
internal readonly unsafe struct GridSampleCall(Operand x, Operand grid, GridSampleSettings settings)
{
    public int Channels { get; } = x.Shape[3];

    public int Width { get; } = grid.Shape[2];

    /// <summary>Outputs of a picture.</summary>
    public int Points { get; } = grid.Shape[1] * grid.Shape[2];

    public long Picture { get; } = x.Shape.Product(1, 4);

    public int Rows { get; } = grid.Shape[0] * grid.Shape[1];

    /// <summary>Groups of channels of a picture.</summary>
    public int Strips => LaneWorkers.Pieces(Channels, Lanes.Count);

    public int StripTasks => x.Shape[0] * Strips;

    public float* X => x.Pointer;

    /// <summary>The point (x, y) of an output, numbered through all pictures.</summary>
    public float* Point(long output) => grid.Pointer + 2 * output;

    public GridTaps Taps() => new(x.Shape[1], x.Shape[2], x.Shape[3], settings);
}

/// <summary>A row of outputs a task.</summary>
internal readonly unsafe struct GridSampleRows(GridSampleCall call, float* y) : ILaneWork
{
    private readonly GridSampleCall _call = call;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        GridTaps taps = _call.Taps();
        int channels = _call.Channels;
        for (long output = (long)task * _call.Width; output < (task + 1L) * _call.Width; output++)
        {
            float* picture = _call.X + output / _call.Points * _call.Picture;
            taps.Move(_call.Point(output));
            for (int j = 0; j < channels; j += V.Count)
            {
                V sum = V.Of(0);
                for (int i = 0; i < taps.Count; i++)
                    sum = V.MulAdd(V.Of(taps.Weight(i)), Lanes.Load<V>(picture + taps.Place(i) + j, channels - j), sum);
                Lanes.Store(sum, y + output * channels + j, channels - j);
            }
        }
    }
}

/// <summary>A row of outputs a task: dgrid = g x d weight, summed over taps and channels.</summary>
internal readonly unsafe struct GridPointGradientRows(GridSampleCall call, float* g, float* dgrid) : ILaneWork
{
    private readonly GridSampleCall _call = call;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        GridTaps taps = _call.Taps();
        int channels = _call.Channels;
        for (long output = (long)task * _call.Width; output < (task + 1L) * _call.Width; output++)
        {
            float* picture = _call.X + output / _call.Points * _call.Picture;
            taps.Move(_call.Point(output));
            double byX = 0, byY = 0;
            for (int i = 0; i < taps.Count; i++)
            {
                double product = LaneSum.Of<V, Pairs.Multiply>(default, g + output * channels, picture + taps.Place(i), channels);
                byX += product * taps.ByX(i);
                byY += product * taps.ByY(i);
            }
            (dgrid[2 * output], dgrid[2 * output + 1]) = ((float)byX, (float)byY);
        }
    }
}

/// <summary>Some channels of a picture a task: dx += weight g, output by output.</summary>
internal readonly unsafe struct GridPictureGradientStrips(GridSampleCall call, float* g, float* dx) : ILaneWork
{
    private readonly GridSampleCall _call = call;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        (int image, int strip) = Math.DivRem(task, _call.Strips);
        int channels = _call.Channels;
        GridTaps taps = _call.Taps();
        for (int j = strip * Lanes.Count; j < Math.Min(channels, (strip + 1) * Lanes.Count); j += V.Count)
        {
            float* picture = dx + image * _call.Picture + j;
            for (long pixel = 0; pixel < _call.Picture; pixel += channels)
                Lanes.Store(V.Of(0), picture + pixel, channels - j);
            for (long output = (long)image * _call.Points; output < (image + 1L) * _call.Points; output++)
            {
                taps.Move(_call.Point(output));
                V gradient = Lanes.Load<V>(g + output * channels + j, channels - j);
                for (int i = 0; i < taps.Count; i++)
                {
                    float* at = picture + taps.Place(i);
                    Lanes.Store(V.MulAdd(V.Of(taps.Weight(i)), gradient, Lanes.Load<V>(at, channels - j)), at, channels - j);
                }
            }
        }
    }
}
