using System.Globalization;
using System.Security;
using System.Text;
using Pareidolia.Files;

namespace Pareidolia.Imaging;

/// <summary>A point of a plot.</summary>
/// <param name="Group">What it belongs to; groups differ in colour.</param>
/// <param name="Text">Stands beside it.</param>
/// <param name="X">To the right.</param>
/// <param name="Y">Upwards.</param>
public sealed record PlotPoint(string Group, string Text, double X, double Y);

/// <summary>Points with texts as an SVG picture, such as vectors seen from their two main directions; the axes have no meaning of their own and are not drawn.</summary>
/// <param name="title">Stands above the plot.</param>
/// <param name="points">The points; their groups are named in the order in which they come.</param>
public sealed class PointPlot(string title, IReadOnlyList<PlotPoint> points)
{
    private const int Width = 860, Height = 520, Margin = 40, Top = 76, TextRoom = 300, LongestText = 48;

    /// <summary>Writes the picture to a file, which is complete or not there.</summary>
    /// <exception cref="PareidoliaException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(ToSvg())));

    /// <summary>The picture as SVG.</summary>
    public string ToSvg()
    {
        PlotAxis x = new(points.Select(point => point.X), Margin, Width - TextRoom, log: false, margin: 0.04);
        PlotAxis y = new(points.Select(point => point.Y), Height - Margin, Top, log: false, margin: 0.04);
        string[] groups = [.. points.Select(point => point.Group).Distinct()];
        StringBuilder svg = new();
        Line(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" font-family="system-ui, sans-serif" font-size="12" fill="#444">""");
        Line(svg, $"""<rect width="{Width}" height="{Height}" fill="#ffffff"/>""");
        Line(svg, $"""<text x="{Margin}" y="26" font-size="16" font-weight="600" fill="#222">{Escape(title)}</text>""");
        foreach ((int i, string group) in groups.Index())
            Line(svg, $"""<circle cx="{Margin + (i * 140) + 6}" cy="46" r="6" fill="{Color(i)}"/><text x="{Margin + (i * 140) + 18}" y="50">{Escape(group)}</text>""");
        foreach (PlotPoint point in points)
            DrawPoint(svg, point, Color(Array.IndexOf(groups, point.Group)), x.Place(point.X), y.Place(point.Y));
        Line(svg, $"</svg>");
        return svg.ToString();
    }

    private static void DrawPoint(StringBuilder svg, PlotPoint point, string color, double x, double y)
    {
        string text = point.Text.Length > LongestText ? point.Text[..(LongestText - 1)] + "…" : point.Text;
        Line(svg, $"""<circle cx="{x:0.#}" cy="{y:0.#}" r="6" fill="{color}"><title>{Escape(point.Text)}</title></circle>""");
        Line(svg, $"""<text x="{x + 10:0.#}" y="{y + 4:0.#}" font-size="11">{Escape(text)}</text>""");
    }

    private static string Color(int group) => LossPlot.Colors[group % LossPlot.Colors.Length];

    private static string Escape(string text) => SecurityElement.Escape(text);

    private static void Line(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
