namespace Pareidolia.Tensors.Reference;

/// <summary>Where a value of a sampling grid lies along one axis of a picture.</summary>
/// <param name="First">The first pixel that is mixed.</param>
/// <param name="Neighbours">How many are.</param>
/// <param name="Past">How far the point is past the first.</param>
/// <param name="Scale">d position / d grid.</param>
internal readonly record struct GridCoordinate(double First, int Neighbours, double Past, double Scale)
{
    // -1..1 runs over the centres of the corner pixels (align) or over the picture's edges.
    public static GridCoordinate Of(float value, int extent, GridSampleSettings settings)
    {
        double scale = settings.AlignCorners ? (extent - 1) / 2.0 : extent / 2.0;
        double at = (value + 1.0) * scale - (settings.AlignCorners ? 0 : 0.5);
        if (settings.Border)
        {
            scale = at > 0 && at < extent - 1 ? scale : 0;
            at = Math.Clamp(at, 0, extent - 1);
        }
        return settings.Bilinear
            ? new GridCoordinate(Math.Floor(at), 2, at - Math.Floor(at), scale)
            : new GridCoordinate(Math.Round(at, MidpointRounding.ToEven), 1, 0, 0);
    }

    public double Weight(int neighbour) => neighbour == 0 ? 1 - Past : Past;

    public double Slope(int neighbour) => neighbour == 0 ? -Scale : Scale;
}
