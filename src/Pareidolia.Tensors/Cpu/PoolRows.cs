using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>A row of outputs a task: the elements of each window, folded from a start by an operator, times a factor.</summary>
internal readonly unsafe struct PoolRows<TOp>(PoolLayout layout, float* x, float* y, float start, float factor) : ILaneWork
    where TOp : struct, IBinaryOperator
{
    private readonly PoolLayout _layout = layout;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        (int image, int row) = Math.DivRem(task, _layout.OutHeight);
        int channels = _layout.Channels;
        float* picture = x + image * _layout.Picture;
        float* to = y + (long)task * _layout.OutWidth * channels;
        (int, int) rows = _layout.Rows(row);
        for (int column = 0; column < _layout.OutWidth; column++, to += channels)
        {
            (int, int) columns = _layout.Columns(column);
            float* corner = picture + ((long)_layout.Top(row) * _layout.Width + _layout.Left(column)) * channels;
            for (int j = 0; j < channels; j += V.Count)
                Lanes.Store(Fold<V>(corner + j, channels - j, rows, columns) * V.Of(factor), to + j, channels - j);
        }
    }

    [MethodImpl(Lanes.Inline)]
    private V Fold<V>(float* corner, int left, (int First, int End) rows, (int First, int End) columns)
        where V : unmanaged, ILanes<V>
    {
        long down = (long)_layout.Window.DilationH * _layout.Width * _layout.Channels, across = (long)_layout.Window.DilationW * _layout.Channels;
        V folded = V.Of(start);
        for (int kh = rows.First; kh < rows.End; kh++)
            for (int kw = columns.First; kw < columns.End; kw++)
                folded = default(TOp).Apply(folded, Lanes.Load<V>(corner + kh * down + kw * across, left));
        return folded;
    }
}

/// <summary>A row of inputs a task: dx = factor times the sum of g over the windows that an input lies in.</summary>
internal readonly unsafe struct AvgPoolGradientRows(PoolLayout layout, float* g, float* dx, float factor) : ILaneWork
{
    private readonly PoolLayout _layout = layout;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        (int image, int row) = Math.DivRem(task, _layout.Height);
        float* gradient = g + image * _layout.Output;
        float* to = dx + (long)task * _layout.Width * _layout.Channels;
        for (int column = 0; column < _layout.Width; column++, to += _layout.Channels)
            for (int j = 0; j < _layout.Channels; j += V.Count)
                Lanes.Store(Sum<V>(gradient + j, row, column, _layout.Channels - j) * V.Of(factor), to + j, _layout.Channels - j);
    }

    [MethodImpl(Lanes.Inline)]
    private V Sum<V>(float* gradient, int row, int column, int left)
        where V : unmanaged, ILanes<V>
    {
        V sum = V.Of(0);
        for (int kh = 0; kh < _layout.Window.KernelH; kh++)
            if (_layout.RowOf(row, kh) is int y and >= 0)
                for (int kw = 0; kw < _layout.Window.KernelW; kw++)
                    if (_layout.ColumnOf(column, kw) is int x and >= 0)
                        sum += Lanes.Load<V>(gradient + ((long)y * _layout.OutWidth + x) * _layout.Channels, left);
        return sum;
    }
}

/// <summary>Some channels of a picture a task: g goes to the first element of its window that is y; a NaN is where y is one.</summary>
internal readonly unsafe struct MaxPoolGradientStrips(PoolLayout layout, float* x, float* y, float* g, float* dx) : ILaneWork
{
    private readonly PoolLayout _layout = layout;

    private int Strips => LaneWorkers.Pieces(_layout.Channels, Lanes.Count);

    public int Tasks => _layout.Images * Strips;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        (int image, int strip) = Math.DivRem(task, Strips);
        int channels = _layout.Channels;
        for (int j = strip * Lanes.Count; j < Math.Min(channels, (strip + 1) * Lanes.Count); j += V.Count)
        {
            long from = image * _layout.Picture + j, at = image * _layout.Output + j;
            for (long pixel = 0; pixel < _layout.Picture; pixel += channels)
                Lanes.Store(V.Of(0), dx + from + pixel, channels - j);
            for (int row = 0; row < _layout.OutHeight; row++)
                for (int column = 0; column < _layout.OutWidth; column++, at += channels)
                    Scatter(new Corner(from + ((long)_layout.Top(row) * _layout.Width + _layout.Left(column)) * channels, channels - j),
                        _layout.Rows(row), _layout.Columns(column), Lanes.Load<V>(y + at, channels - j), Lanes.Load<V>(g + at, channels - j));
        }
    }

    [MethodImpl(Lanes.Inline)]
    private void Scatter<V>(Corner corner, (int First, int End) rows, (int First, int End) columns, V largest, V gradient)
        where V : unmanaged, ILanes<V>
    {
        V none = V.Of(0), all = V.Equal(none, none), taken = none, isNumber = V.Equal(largest, largest);
        for (int kh = rows.First; kh < rows.End; kh++)
            for (int kw = columns.First; kw < columns.End; kw++)
            {
                long at = corner.Start + ((long)kh * _layout.Window.DilationH * _layout.Width + kw * _layout.Window.DilationW) * _layout.Channels;
                V value = Lanes.Load<V>(x + at, corner.Left);
                V alike = V.Select(isNumber, V.Equal(value, largest), V.Select(V.Equal(value, value), none, all));
                V first = V.Select(taken, none, alike);
                Lanes.Store(Lanes.Load<V>(dx + at, corner.Left) + (gradient & first), dx + at, corner.Left);
                taken |= alike;
            }
    }

    // Element of a window's first tap, and how many channels are left from there on.
    private readonly record struct Corner(long Start, int Left);
}
