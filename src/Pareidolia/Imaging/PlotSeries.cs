namespace Pareidolia.Imaging;

/// <summary>A named line of a plot.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">In rising order of X. A Y that is not finite (or not positive on a logarithmic axis) leaves a gap.</param>
public sealed record PlotSeries(string Name, IReadOnlyList<(double X, double Y)> Points);
