using Pareidolia.Imaging;

namespace Pareidolia.Training;

/// <summary>The curves of a run as a picture.</summary>
internal static class LossCurves
{
    private const int Points = 400;

    /// <summary>Draws the loss over the steps, averaged into at most 400 points, on a logarithmic axis.</summary>
    public static void Write(string path, IReadOnlyList<IReadOnlyDictionary<string, double>> rows)
    {
        IReadOnlyDictionary<string, double>[] losses = [.. rows.Where(row => row.ContainsKey("loss"))];
        if (losses.Length == 0)
            return;
        int width = Math.Max(1, losses.Length / Points);
        (double, double)[] curve = [.. losses.Chunk(width).Select(part => (part[^1]["step"], part.Average(row => row["loss"])))];
        new LossPlot("training loss", [new PlotSeries("loss", curve)]) { LogY = true }.Write(path);
    }
}
