using System.Globalization;
using System.Text;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Pipelines.Measuring;
using Pareidolia.Tensors.Cpu;
using Pareidolia.Weights;

namespace Pareidolia.Benchmarks;

/// <summary>
/// A guided step of Stable Diffusion 1.5's UNet over size, batch, tokens and threads, beside what its arithmetic would take at the speed of one large product.
/// Writes the picture of docs/performance.md.
/// </summary>
internal static class CurvesBenchmark
{
    private const int Side = 256, Tokens = 77;
    private const string Theory = " at the speed of a product";

    private static readonly string[] s_precisions = ["f32", "bf16"];

    public static void Run(ResultTable table)
    {
        int threads = CpuBackend.Threads;
        Dictionary<string, MachinePeak> peaks = s_precisions.ToDictionary(precision => precision, precision => MachinePeak.Measure(precision == "bf16"));
        (string Axis, int[] Values, Func<int, BenchSettings> Of)[] curves =
        [
            ("pixels of a side", [256, 384, 512, 768, 1024], side => new(side, side)),
            ("pictures at a time, 256 x 256", [1, 2, 4, 8], batch => new(Side, Side, batch)),
            ("tokens of the text, 256 x 256", [77, 154, 231, 308], tokens => new(Side, Side, 1, tokens)),
            ("threads, 256 x 256", [.. Enumerable.Range(1, threads)], _ => new(Side, Side)),
        ];
        List<string> panels = [];
        table.Line("| over | | arithmetic | seconds a step | at the speed of a product | GFLOP/s |\n|---|---:|---|---:|---:|---:|");
        foreach ((string axis, int[] values, Func<int, BenchSettings> of) in curves)
        {
            bool ofThreads = axis.StartsWith("threads", StringComparison.Ordinal);
            PlotSeries[] lines = [.. s_precisions.SelectMany(precision => Lines(table, axis, values, of, precision, peaks[precision], ofThreads ? threads : 0))];
            panels.Add(new LossPlot("", lines) { XLabel = axis, YLabel = "seconds a step", LogY = true }.ToSvg());
        }
        CpuBackend.Threads = threads;
        File.WriteAllText(Path.Combine(PeersBenchmark.Root(), "docs", "pictures", "performance-curves.svg"), Sheet(panels));
    }

    // What was measured and what the arithmetic asks for; of threads, the peak is shared out.
    private static IEnumerable<PlotSeries> Lines(
        ResultTable table, string axis, int[] values, Func<int, BenchSettings> of, string precision, MachinePeak peak, int sharedBy)
    {
        List<(double X, double Y)> measured = [], theory = [];
        foreach (int value in values)
        {
            CpuBackend.Threads = sharedBy > 0 ? value : CpuBackend.Threads;
            PartTimes times = Measure(of(value) with { Bf16 = precision == "bf16", Runs = 1, Profile = true });
            double flops = times.Times.Sum(op => op.Flops), peakFlops = sharedBy > 0 ? peak.Flops * value / sharedBy : peak.Flops;
            measured.Add((value, times.Median));
            theory.Add((value, flops / peakFlops));
            table.Line(string.Create(
                CultureInfo.InvariantCulture, $"| {axis} | {value} | {precision} | {times.Median:F2} | {flops / peakFlops:F2} | {flops / times.Median / 1e9:F0} |"));
        }
        return [new PlotSeries(precision, measured), new PlotSeries(precision + Theory, theory)];
    }

    private static PartTimes Measure(BenchSettings settings) =>
        new ModelBench(new RandomModel("random:sd15") { Holding = WeightHolding.For(settings.Bf16, int8: false) }, settings).Measure("unet");

    // The plots two by two: an SVG may stand in another.
    private static string Sheet(List<string> panels)
    {
        const int Width = 860, Height = 460;
        StringBuilder svg = new();
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * Width} {2 * Height}" width="{Width}" height="{Height}">""");
        foreach ((int i, string panel) in panels.Index())
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<g transform="translate({i % 2 * Width} {i / 2 * Height})">{panel}</g>""");
        return svg.AppendLine("</svg>").ToString();
    }
}
