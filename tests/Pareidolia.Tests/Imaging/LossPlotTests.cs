using System.Xml.Linq;
using Pareidolia.Imaging;

namespace Pareidolia.Tests.Imaging;

public sealed class LossPlotTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_series_gives_a_well_formed_picture(bool log)
    {
        PlotSeries[] series =
        [
            new("train <loss> & \"more\"", [.. Enumerable.Range(0, 5000).Select(i => ((double)i, i % 700 == 3 ? double.NaN : 2.0 / (1 + i * 0.01)))]),
            new("flat", [(0, 1), (4000, 1)]),
            new("zero", [(10, 0), (20, -1), (30, double.PositiveInfinity)]),
            new("single", [(2500, 0.5)]),
            new("empty", []),
        ];
        XElement svg = XElement.Parse(new LossPlot("a <title>", series) { LogY = log }.ToSvg());
        Assert.DoesNotContain("NaN", svg.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("∞", svg.ToString(), StringComparison.Ordinal);
        Assert.Contains("train <loss> & \"more\"", svg.Value, StringComparison.Ordinal);
        Assert.InRange(svg.ToString().Length, 1000, 200_000);
    }

    [Fact]
    public void No_points_and_one_value_are_plots_too()
    {
        foreach (bool log in (bool[])[false, true])
        {
            XElement.Parse(new LossPlot("nothing", []) { LogY = log }.ToSvg());
            XElement.Parse(new LossPlot("one", [new PlotSeries("one", [(3, 7)])]) { LogY = log }.ToSvg());
            XElement.Parse(new LossPlot("zeros", [new PlotSeries("zeros", [(3, 0), (4, 0)])]) { LogY = log }.ToSvg());
        }
    }

    [Fact]
    public void It_is_written_whole()
    {
        using TemporaryFolder folder = new();
        new LossPlot("loss", [new PlotSeries("train", [(0, 1), (1, 0.5)])]).Write(folder["loss.svg"]);
        Assert.Equal("svg", XElement.Load(folder["loss.svg"]).Name.LocalName);
    }
}
