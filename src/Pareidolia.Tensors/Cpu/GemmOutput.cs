using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Where a product [m, n] goes and what happens to it on the way. Row r begins at r * RowStride; or, where the rows are pixels of a grid that lie
/// apart in a picture (one phase of a strided gradient), at the place of its pixel.
/// </summary>
internal unsafe struct GemmOutput
{
    public float* Y;
    public long RowStride;
    public PixelGrid Grid;
    public float* Bias;
    public float* ImageBias;
    public long ImageBiasStride;
    public int RowsPerImage;
    public float* Residual;
    public Activation Activation;
    public bool Accumulate;
    public float Scale;

    public static GemmOutput Plain(float* y, long rowStride) => new() { Y = y, RowStride = rowStride, Scale = 1 };

    public static GemmOutput Of(Operand y, long rowStride, Epilogue epilogue) => new()
    {
        Y = y.Pointer,
        RowStride = rowStride,
        Bias = epilogue.Bias.Pointer,
        ImageBias = epilogue.ImageBias.Pointer,
        Residual = epilogue.Residual.Pointer,
        Activation = epilogue.Activation,
        Accumulate = epilogue.Accumulate,
        Scale = epilogue.Scale,
    };

    /// <summary>Goes to another place in y, and so in the residual, and to another first channel.</summary>
    public void Move(long elements, int channels)
    {
        Y += elements;
        Residual = Residual == null ? null : Residual + elements;
        Bias = Bias == null ? null : Bias + channels;
        ImageBias = ImageBias == null ? null : ImageBias + channels;
    }

    /// <summary>Takes the tile [rows, columns] of one block of depth; the sums of the blocks before it wait in y.</summary>
    public readonly void Take(float* tile, int row, int rows, int column, int columns, bool first, bool last)
    {
        if (Vector512.IsHardwareAccelerated)
            Take<Lanes512>(tile, row, rows, column, columns, first, last);
        else
            Take<LanesNative>(tile, row, rows, column, columns, first, last);
    }

    private readonly bool Bare => Bias == null && ImageBias == null && Residual == null && Activation == Activation.None && Scale == 1;

    private readonly void Take<V>(float* tile, int row, int rows, int column, int columns, bool first, bool last)
        where V : unmanaged, ILanes<V>
    {
        bool add = !first || Accumulate;
        bool finish = last && !Bare;
        for (int r = 0; r < rows; r++, tile += Tile.Columns)
        {
            long place = Place(row + r) + column;
            if (finish)
                Finish<V>(tile, row + r, column, columns, add ? Y + place : null);
            else if (add)
                Sum<V>(tile, Y + place, tile, columns);
            if (finish && Residual != null)
                Sum<V>(tile, Residual + place, tile, columns);
            Packing.Copy(tile, Y + place, columns);
        }
    }

    // activation(scale * (tile + before) + bias + image bias), in the tile
    private readonly void Finish<V>(float* tile, int row, int column, int columns, float* before)
        where V : unmanaged, ILanes<V>
    {
        float* imageBias = ImageBias == null ? null : ImageBias + (row / RowsPerImage * ImageBiasStride) + column;
        for (int i = 0; i < columns; i += V.Count)
        {
            int part = Math.Min(V.Count, columns - i);
            V sum = V.Load(tile + i);
            if (before != null)
                sum += Load<V>(before + i, part);
            sum *= V.Of(Scale);
            if (Bias != null)
                sum += Load<V>(Bias + column + i, part);
            if (imageBias != null)
                sum += Load<V>(imageBias + i, part);
            Activate(sum).Store(tile + i);
        }
    }

    [MethodImpl(Lanes.Inline)]
    private readonly V Activate<V>(V x)
        where V : unmanaged, ILanes<V> => Activation switch
        {
            Activation.Silu => default(Operators.Silu).Apply(x),
            Activation.Gelu => default(Operators.Gelu).Apply(x),
            Activation.Relu => default(Operators.Relu).Apply(x),
            Activation.QuickGelu => default(Operators.QuickGelu).Apply(x),
            _ => x,
        };

    private static void Sum<V>(float* a, float* b, float* y, int columns)
        where V : unmanaged, ILanes<V>
    {
        for (int i = 0; i < columns; i += V.Count)
            (V.Load(a + i) + Load<V>(b + i, Math.Min(V.Count, columns - i))).Store(y + i);
    }

    /// <summary>A whole register, or the first so many of its floats.</summary>
    [MethodImpl(Lanes.Inline)]
    public static V Load<V>(float* from, int part)
        where V : unmanaged, ILanes<V> => part == V.Count ? V.Load(from) : Lanes.LoadPart<V>(from, part);

    private readonly long Place(int row) => Grid.Width == 0 ? row * RowStride : Grid.Place(row);
}

/// <summary>Pixels at regular distances in pictures, numbered row by row and picture by picture. Strides are in elements.</summary>
internal readonly record struct PixelGrid(int Height, int Width, long ImageStride, long RowStride, long ColumnStride)
{
    public long Place(int pixel)
    {
        (int line, int x) = Math.DivRem(pixel, Width);
        (int image, int y) = Math.DivRem(line, Height);
        return (image * ImageStride) + (y * RowStride) + (x * ColumnStride);
    }
}
