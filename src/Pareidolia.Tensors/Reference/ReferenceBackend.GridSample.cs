namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    internal override void GridSample(Operand x, Operand grid, Operand y, GridSampleSettings settings)
    {
        Span<float> from = x.Floats, to = y.Floats;
        foreach (Place at in Places(y.Shape))
        {
            double sum = 0;
            foreach (Tap tap in Taps(x.Shape, grid, at, settings))
                sum += tap.Weight * from[tap.Place];
            to[at.Index] = (float)sum;
        }
    }

    // y = sum of weight x, the weights being functions of the grid: dx += weight g, dgrid += g x d weight.
    internal override void GridSampleGradient(Operand x, Operand grid, Operand g, Operand dx, Operand dgrid, GridSampleSettings settings)
    {
        double[] sums = new double[dx.Count], gridSums = new double[dgrid.Count];
        Span<float> from = x.Floats, gradient = g.Floats;
        foreach (Place at in Places(g.Shape))
            foreach (Tap tap in Taps(x.Shape, grid, at, settings))
            {
                sums[tap.Place] += tap.Weight * gradient[at.Index];
                gridSums[GridAt(grid.Shape, at)] += (double)gradient[at.Index] * from[tap.Place] * tap.ByX;
                gridSums[GridAt(grid.Shape, at) + 1] += (double)gradient[at.Index] * from[tap.Place] * tap.ByY;
            }
        Round(sums, dx.Floats);
        Round(gridSums, dgrid.Floats);
    }

    private static int GridAt(Shape grid, Place at) => ((at.Image * grid[1] + at.Row) * grid[2] + at.Column) * 2;

    // The pixels that one output mixes: four around the point, or the nearest; those outside the picture count as zero.
    private static IEnumerable<Tap> Taps(Shape x, Operand grid, Place at, GridSampleSettings settings)
    {
        int place = GridAt(grid.Shape, at);
        GridCoordinate column = GridCoordinate.Of(grid.Floats[place], x[2], settings), row = GridCoordinate.Of(grid.Floats[place + 1], x[1], settings);
        for (int dy = 0; dy < column.Neighbours; dy++)
            for (int dx = 0; dx < column.Neighbours; dx++)
            {
                double h = row.First + dy, w = column.First + dx;
                if (h < 0 || w < 0 || h >= x[1] || w >= x[2])
                    continue;
                int source = ((at.Image * x[1] + (int)h) * x[2] + (int)w) * x[3] + at.Channel;
                double byRow = row.Weight(dy), byColumn = column.Weight(dx);
                yield return new Tap(source, byRow * byColumn, byRow * column.Slope(dx), byColumn * row.Slope(dy));
            }
    }

    private readonly record struct Tap(int Place, double Weight, double ByX, double ByY);
}
