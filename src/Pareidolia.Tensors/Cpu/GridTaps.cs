using Pareidolia.Tensors.Reference;

namespace Pareidolia.Tensors.Cpu;

/// <summary>The pixels of a picture [h, w, c] that one output of a grid sample mixes: at most four, those outside the picture left out.</summary>
internal unsafe ref struct GridTaps(int height, int width, int channels, GridSampleSettings settings)
{
    private const int Most = 4;
    private fixed long _places[Most];
    private fixed float _weights[Most];
    private fixed float _byX[Most];
    private fixed float _byY[Most];

    public int Count { get; private set; }

    /// <summary>Goes to the point (x, y).</summary>
    public void Move(float* point)
    {
        GridCoordinate column = GridCoordinate.Of(point[0], width, settings), row = GridCoordinate.Of(point[1], height, settings);
        Count = 0;
        for (int dy = 0; dy < row.Neighbours; dy++)
            for (int dx = 0; dx < column.Neighbours; dx++)
            {
                double h = row.First + dy, w = column.First + dx;
                if (!(h < 0 || w < 0 || h >= height || w >= width))
                    Add(((long)h * width + (long)w) * channels, row, dy, column, dx);
            }
    }

    /// <summary>Element of tap i's first channel in the picture, its weight, and how the weight moves with x and with y.</summary>
    public readonly long Place(int i) => _places[i];
    public readonly float Weight(int i) => _weights[i];
    public readonly float ByX(int i) => _byX[i];
    public readonly float ByY(int i) => _byY[i];

    private void Add(long place, GridCoordinate row, int dy, GridCoordinate column, int dx)
    {
        _places[Count] = place;
        _weights[Count] = (float)(row.Weight(dy) * column.Weight(dx));
        _byX[Count] = (float)(row.Weight(dy) * column.Slope(dx));
        _byY[Count] = (float)(column.Weight(dx) * row.Slope(dy));
        Count++;
    }
}
