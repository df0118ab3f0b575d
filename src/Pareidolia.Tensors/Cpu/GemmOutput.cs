using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Where a product [m, n] goes and what happens to it on the way. Row r begins at r * RowStride; or, where the rows are pixels of a grid
/// that lie apart in a picture (one phase of a strided gradient), at the place of its pixel.
/// </summary>
internal unsafe struct GemmOutput
{
    private const int Line = Packing.Line;

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

    /// <summary>
    /// Where a kernel may write the tile [rows, columns] of one block of depth itself; false where the tile is an edge or must be finished.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly bool Direct(int row, int rows, int column, int columns, bool first, bool last, out TileTarget target)
    {
        bool plain = Grid.Width == 0;
        target = new TileTarget(Y + Place(row) + column, (nint)(plain ? RowStride : Grid.ColumnStride), !first || Accumulate);
        return (plain || Grid.IsLine(row, rows)) && !(last && Finishes) && Tile.Fits(rows, columns);
    }

    /// <summary>
    /// Takes the tile [rows, columns] of one block of depth, whose rows begin <paramref name="stride"/> floats apart; the sums of the blocks before it wait in y.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Take(float* tile, int stride, int row, int rows, int column, int columns, bool first, bool last)
    {
        if (Vector512.IsHardwareAccelerated)
            Take<Lanes512>(tile, stride, row, rows, column, columns, first, last);
        else
            Take<LanesNative>(tile, stride, row, rows, column, columns, first, last);
    }

    /// <summary>Fetches the lines of a tile that will be taken soon, and of what is added to it: a kernel computes meanwhile.</summary>
    public readonly void Prefetch(int row, int rows, int column)
    {
        if (!Sse.IsSupported)
            return;
        for (int r = 0; r < rows; r++)
        {
            long place = Place(row + r) + column;
            Sse.Prefetch0(Y + place);
            Sse.Prefetch0(Y + place + Line);
            if (Residual == null)
                continue;
            Sse.Prefetch0(Residual + place);
            Sse.Prefetch0(Residual + place + Line);
        }
    }

    /// <summary>Whether results are stored as they are, row by row.</summary>
    public readonly bool IsPlain => !Finishes && !Accumulate && Grid.Width == 0;

    private readonly bool Finishes =>
        Bias != null || ImageBias != null || Residual != null || Activation != Activation.None || Scale != 1;

    private readonly void Take<V>(float* tile, int stride, int row, int rows, int column, int columns, bool first, bool last)
        where V : unmanaged, ILanes<V>
    {
        bool add = !first || Accumulate;
        bool finish = last && Finishes;
        if (columns % V.Count == 0 && finish && !add && ImageBias == null && Activation == Activation.None)
        {
            for (int i = 0; i < columns; i += V.Count)
                TakeWhole<V>(tile + i, stride, row, rows, column + i);
            return;
        }
        for (int r = 0; r < rows; r++, tile += stride)
        {
            long place = Place(row + r) + column;
            float* imageBias = ImageBias == null ? null : ImageBias + ((row + r) / RowsPerImage * ImageBiasStride) + column;
            float* residual = Residual == null ? null : Residual + place;
            for (int i = 0; i < columns; i += V.Count)
            {
                int part = Math.Min(V.Count, columns - i);
                V sum = V.Load(tile + i);
                if (add)
                    sum += Load<V>(Y + place + i, part);
                if (finish)
                    sum = Finish(sum, column, i, part, imageBias, residual);
                Store(sum, Y + place + i, part);
            }
        }
    }

    // The usual end of a layer, a bias and perhaps a residual, for the rows of one whole register.
    private readonly void TakeWhole<V>(float* tile, int stride, int row, int rows, int column)
        where V : unmanaged, ILanes<V>
    {
        V scale = V.Of(Scale), bias = Bias == null ? V.Of(0) : V.Load(Bias + column);
        for (int r = 0; r < rows; r++, tile += stride)
        {
            long place = Place(row + r) + column;
            V sum = (V.Load(tile) * scale) + bias;
            (Residual == null ? sum : sum + V.Load(Residual + place)).Store(Y + place);
        }
    }

    // activation(scale * sum + bias + image bias) + residual
    [MethodImpl(Lanes.Inline)]
    private readonly V Finish<V>(V sum, int column, int i, int part, float* imageBias, float* residual)
        where V : unmanaged, ILanes<V>
    {
        sum *= V.Of(Scale);
        if (Bias != null)
            sum += Load<V>(Bias + column + i, part);
        if (imageBias != null)
            sum += Load<V>(imageBias + i, part);
        if (Activation != Activation.None)
            sum = Activate(sum);
        return residual == null ? sum : sum + Load<V>(residual + i, part);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly V Activate<V>(V x)
        where V : unmanaged, ILanes<V> => Activation switch
        {
            Activation.Silu => default(Operators.Silu).Apply(x),
            Activation.Gelu => default(Operators.Gelu).Apply(x),
            Activation.Relu => default(Operators.Relu).Apply(x),
            Activation.QuickGelu => default(Operators.QuickGelu).Apply(x),
            _ => x,
        };

    /// <summary>A whole register, or the first so many of its floats.</summary>
    [MethodImpl(Lanes.Inline)]
    public static V Load<V>(float* from, int part)
        where V : unmanaged, ILanes<V> => part == V.Count ? V.Load(from) : V.LoadPart(from, part);

    [MethodImpl(Lanes.Inline)]
    private static void Store<V>(V value, float* to, int part)
        where V : unmanaged, ILanes<V>
    {
        if (part == V.Count)
            value.Store(to);
        else
            value.StorePart(to, part);
    }

    private readonly long Place(int row) => Grid.Width == 0 ? row * RowStride : Grid.Place(row);
}

/// <summary>Pixels at regular distances in pictures, numbered row by row and picture by picture. Strides are in elements.</summary>
internal readonly record struct PixelGrid(int Height, int Width, long ImageStride, long RowStride, long ColumnStride)
{
    /// <summary>Every so many pixels of each picture [b, h, w, c].</summary>
    public static PixelGrid Phase(Shape pictures, ConvGeometry p, int height, int width)
    {
        long row = (long)pictures[2] * pictures[3];
        return new PixelGrid(height, width, pictures[1] * row, p.StrideH * row, (long)p.StrideW * pictures[3]);
    }

    /// <summary>Whether these pixels lie in one row of a picture.</summary>
    public bool IsLine(int pixel, int pixels) => (pixel % Width) + pixels <= Width;

    public long Place(int pixel)
    {
        (int line, int x) = Math.DivRem(pixel, Width);
        (int image, int y) = Math.DivRem(line, Height);
        return (image * ImageStride) + (y * RowStride) + (x * ColumnStride);
    }
}
