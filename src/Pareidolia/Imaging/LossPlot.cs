using System.Globalization;
using System.Security;
using System.Text;
using Pareidolia.Files;

namespace Pareidolia.Imaging;

/// <summary>Curves of a training run as an SVG picture. Long noisy series are drawn faintly, with their running mean in full colour on top.</summary>
/// <param name="title">Stands above the plot.</param>
/// <param name="series">The lines; an empty list gives empty axes.</param>
public sealed class LossPlot(string title, IReadOnlyList<PlotSeries> series)
{
    private const int Width = 860, Height = 460, Left = 70, Right = 24, Top = 64, Bottom = 52;

    // More points than columns cannot be seen.
    private const int Columns = Width - Left - Right;

    // A series of so many points gets a running mean over this part of it.
    private const int SmoothFrom = 100, SmoothPart = 40;

    // Okabe and Ito 2008: told apart by colour-blind eyes too.
    internal static readonly string[] Colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555"];

    /// <summary>Logarithmic vertical axis.</summary>
    public bool LogY { get; init; }

    /// <summary>Name of the horizontal axis.</summary>
    public string XLabel { get; init; } = "step";

    /// <summary>Name of the vertical axis.</summary>
    public string YLabel { get; init; } = "loss";

    /// <summary>Writes the picture to a file, which is complete or not there.</summary>
    /// <exception cref="PareidoliaException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(ToSvg())));

    /// <summary>The picture as SVG.</summary>
    public string ToSvg()
    {
        (double X, double Y)[] visible = series.SelectMany(line => line.Points).Where(IsVisible).ToArray();
        PlotAxis x = new(visible.Select(point => point.X), Left, Width - Right, log: false, margin: 0);
        PlotAxis y = new(visible.Select(point => point.Y), Height - Bottom, Top, LogY, margin: 0.04);
        StringBuilder svg = new();
        Line(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" font-family="system-ui, sans-serif" font-size="12" fill="#444">""");
        Line(svg, $"""<rect width="{Width}" height="{Height}" fill="#ffffff"/>""");
        Line(svg, $"""<text x="{Left}" y="26" font-size="16" font-weight="600" fill="#222">{Escape(title)}</text>""");
        DrawAxes(svg, x, y);
        for (int i = 0; i < series.Count; i++)
            DrawSeries(svg, series[i], Colors[i % Colors.Length], x, y);
        DrawLegend(svg);
        Line(svg, $"</svg>");
        return svg.ToString();
    }

    private bool IsVisible((double X, double Y) point) => double.IsFinite(point.X) && double.IsFinite(point.Y) && (!LogY || point.Y > 0);

    private void DrawAxes(StringBuilder svg, PlotAxis x, PlotAxis y)
    {
        foreach (double tick in y.Ticks(6))
        {
            double at = y.Place(tick);
            Line(svg, $"""<line x1="{Left}" y1="{at:0.#}" x2="{Width - Right}" y2="{at:0.#}" stroke="#e6e6e6"/>""");
            Line(svg, $"""<text x="{Left - 8}" y="{at + 4:0.#}" text-anchor="end">{PlotAxis.Label(tick)}</text>""");
        }
        foreach (double tick in x.Ticks(8))
            Line(svg, $"""<text x="{x.Place(tick):0.#}" y="{Height - Bottom + 18}" text-anchor="middle">{PlotAxis.Label(tick)}</text>""");
        Line(svg, $"""<line x1="{Left}" y1="{Height - Bottom}" x2="{Width - Right}" y2="{Height - Bottom}" stroke="#888"/>""");
        Line(svg, $"""<text x="{(Left + Width - Right) / 2}" y="{Height - 12}" text-anchor="middle">{Escape(XLabel)}</text>""");
        int middle = (Top + Height - Bottom) / 2;
        Line(svg, $"""<text x="18" y="{middle}" text-anchor="middle" transform="rotate(-90 18 {middle})">{Escape(YLabel)}</text>""");
    }

    private void DrawSeries(StringBuilder svg, PlotSeries line, string color, PlotAxis x, PlotAxis y)
    {
        bool noisy = line.Points.Count >= SmoothFrom;
        string opacity = noisy ? "0.25" : "1";
        foreach (List<(double X, double Y)> part in Parts(line.Points))
        {
            DrawPart(svg, Thin(part), color, opacity, x, y);
            if (noisy)
                DrawPart(svg, Thin(Smooth(part, Math.Max(2, line.Points.Count / SmoothPart))), color, "1", x, y);
        }
    }

    private static void DrawPart(StringBuilder svg, List<(double X, double Y)> points, string color, string opacity, PlotAxis x, PlotAxis y)
    {
        if (points.Count == 1)
        {
            Line(svg, $"""<circle cx="{x.Place(points[0].X):0.#}" cy="{y.Place(points[0].Y):0.#}" r="3" fill="{color}"/>""");
            return;
        }
        string path = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{x.Place(point.X):0.#},{y.Place(point.Y):0.#}")));
        Line(svg, $"""<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.6" stroke-opacity="{opacity}" stroke-linejoin="round"/>""");
    }

    private void DrawLegend(StringBuilder svg)
    {
        double at = Left;
        for (int i = 0; i < series.Count; i++)
        {
            string last = series[i].Points.Where(IsVisible).Select(point => PlotAxis.Label(Math.Round(point.Y, 5))).LastOrDefault("");
            Line(svg, $"""<rect x="{at:0.#}" y="41" width="14" height="4" rx="2" fill="{Colors[i % Colors.Length]}"/>""");
            Line(svg, $"""<text x="{at + 20:0.#}" y="47">{Escape(series[i].Name)}<tspan dx="6" fill="#999">{last}</tspan></text>""");
            // No font is measured here: 7 pixels are a wide letter of this size.
            at += 20 + 7 * (series[i].Name.Length + last.Length) + 24;
        }
    }

    private List<List<(double X, double Y)>> Parts(IReadOnlyList<(double X, double Y)> points)
    {
        List<List<(double X, double Y)>> parts = [];
        bool open = false;
        foreach ((double X, double Y) point in points)
        {
            bool visible = IsVisible(point);
            if (visible && !open)
                parts.Add([]);
            if (visible)
                parts[^1].Add(point);
            open = visible;
        }
        return parts;
    }

    // Of every column's points the lowest and the highest, in their order.
    private static List<(double X, double Y)> Thin(List<(double X, double Y)> points)
    {
        if (points.Count <= 2 * Columns)
            return points;
        return points.Chunk((points.Count + Columns - 1) / Columns)
            .SelectMany(chunk => new[] { chunk.MinBy(point => point.Y), chunk.MaxBy(point => point.Y) }.Distinct().OrderBy(point => point.X)).ToList();
    }

    // Mean of the points around each one, so that the line does not lag behind; fewer at both ends.
    private static List<(double X, double Y)> Smooth(List<(double X, double Y)> points, int window)
    {
        double[] sums = new double[points.Count + 1];
        for (int i = 0; i < points.Count; i++)
            sums[i + 1] = sums[i] + points[i].Y;
        return points.Select((point, i) =>
        {
            int reach = Math.Min(window / 2, Math.Min(i, points.Count - 1 - i));
            return (point.X, (sums[i + reach + 1] - sums[i - reach]) / (2 * reach + 1));
        }).ToList();
    }

    private static string Escape(string text) => SecurityElement.Escape(text);

    private static void Line(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
