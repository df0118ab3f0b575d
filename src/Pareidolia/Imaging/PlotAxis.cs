using System.Globalization;

namespace Pareidolia.Imaging;

/// <summary>One axis of a plot: from values to pixels, and where its ticks lie.</summary>
internal sealed class PlotAxis
{
    private readonly double _low;
    private readonly double _high;
    private readonly double _start;
    private readonly double _end;
    private readonly bool _log;

    /// <summary>An axis that shows all values.</summary>
    /// <param name="values">What must be visible; none gives 0 to 1.</param>
    /// <param name="start">Pixel of the low end.</param>
    /// <param name="end">Pixel of the high end.</param>
    /// <param name="log">Logarithmic; values must be positive then.</param>
    /// <param name="margin">Share of the range to leave free at both ends.</param>
    public PlotAxis(IEnumerable<double> values, double start, double end, bool log, double margin)
    {
        (_start, _end, _log) = (start, end, log);
        double[] scaled = values.Select(Scale).ToArray();
        (_low, _high) = scaled.Length == 0 ? (Scale(log ? 0.1 : 0), Scale(1)) : (scaled.Min(), scaled.Max());
        double pad = _high > _low ? (_high - _low) * margin : Math.Max(Math.Abs(_low) * 0.1, log ? 0.3 : 1e-9);
        (_low, _high) = (_low - pad, _high + pad);
    }

    /// <summary>The pixel of a value.</summary>
    public double Place(double value) => _start + (Scale(value) - _low) / (_high - _low) * (_end - _start);

    /// <summary>Round values that lie on the axis, about as many as asked for on a linear one.</summary>
    public IReadOnlyList<double> Ticks(int about) => _log ? LogTicks() : LinearTicks(about);

    /// <summary>A short form of a tick: 1500 is 1.5k.</summary>
    public static string Label(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e6 => (value / 1e6).ToString("0.###", CultureInfo.InvariantCulture) + "M",
        >= 1e3 => (value / 1e3).ToString("0.###", CultureInfo.InvariantCulture) + "k",
        < 1e-3 => value.ToString("0.##e0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.#####", CultureInfo.InvariantCulture),
    };

    private double Scale(double value) => _log ? Math.Log10(value) : value;

    private double[] LinearTicks(int about)
    {
        double rough = (_high - _low) / about, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * (rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
        double first = Math.Ceiling(_low / step);
        int count = (int)(Math.Floor(_high / step) - first) + 1;
        return Enumerable.Range(0, Math.Max(0, count)).Select(i => (first + i) * step).ToArray();
    }

    // Powers of ten; within few decades also 2 and 5 of each.
    private double[] LogTicks()
    {
        int first = (int)Math.Floor(_low), last = (int)Math.Ceiling(_high);
        double[] factors = last - first <= 3 ? [1, 2, 5] : [1];
        int every = Math.Max(1, (last - first) / 8);
        return Enumerable.Range(first, last - first + 1).Where(decade => (decade - first) % every == 0)
            .SelectMany(decade => factors.Select(factor => factor * Math.Pow(10, decade)))
            .Where(value => Scale(value) >= _low && Scale(value) <= _high).ToArray();
    }
}
