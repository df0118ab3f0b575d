using Pareidolia.Imaging;

namespace Pareidolia.Training;

/// <summary>The curves of a run as a picture.</summary>
internal static class LossCurves
{
    private const int Points = 400;

    // The last so many rows of a run say what it is like at its end.
    private const int LastPart = 4;

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

    /// <summary>Draws the loss over the noise level, as the last quarter of the run and the held-out pictures have it; nothing where no row tells it.</summary>
    public static void WriteByNoise(string path, IReadOnlyList<IReadOnlyDictionary<string, double>> rows)
    {
        PlotSeries[] curves =
        [
            .. new[] { ("training", ""), ("held-out pictures", DenoisingTask.Validation) }
                .Select(kind => new PlotSeries(kind.Item1, ByNoise(rows, kind.Item2 + DenoisingTask.BandName))).Where(curve => curve.Points.Count > 0),
        ];
        if (curves.Length > 0)
            new LossPlot("loss by noise level", curves) { LogY = true, XLabel = "share of the schedule's timesteps" }.Write(path);
    }

    private static (double X, double Y)[] ByNoise(IReadOnlyList<IReadOnlyDictionary<string, double>> rows, string name)
    {
        IReadOnlyDictionary<string, double>[] said = [.. rows.Where(row => row.Keys.Any(key => key.StartsWith(name, StringComparison.Ordinal)))];
        IReadOnlyDictionary<string, double>[] last = [.. said.Skip(said.Length - ((said.Length + LastPart - 1) / LastPart))];
        return [.. Enumerable.Range(0, DenoisingTask.Bands)
            .Select(band => (X: (band + 0.5) / DenoisingTask.Bands, Values: last.Where(row => row.ContainsKey($"{name}{band}")).Select(row => row[$"{name}{band}"]).ToArray()))
            .Where(band => band.Values.Length > 0).Select(band => (band.X, band.Values.Average()))];
    }
}
