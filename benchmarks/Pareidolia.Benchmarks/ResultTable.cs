using System.Globalization;

namespace Pareidolia.Benchmarks;

/// <summary>Markdown rows: what was run, our time, the peer's, and how many times as fast we are (above 1: faster).</summary>
internal sealed class ResultTable(TextWriter writer)
{
    public void Head(string unit) =>
        writer.WriteLine($"| case | ours ms | peer ms | ours {unit} | peer {unit} | ratio | medians ms |\n|---|---:|---:|---:|---:|---:|---:|");

    /// <summary>One case; work is in units of 1 per second: GFLOP, samples.</summary>
    public void Row(string name, double work, (double Least, double Median) ours, (double Least, double Median) peer)
    {
        string times = Text($"{ours.Least * 1e3:F3} | {peer.Least * 1e3:F3}");
        string rates = Text($"{work / ours.Least:F1} | {work / peer.Least:F1} | {peer.Least / ours.Least:F2}");
        writer.WriteLine(Text($"| {name} | {times} | {rates} | {ours.Median * 1e3:F3} / {peer.Median * 1e3:F3} |"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A row of a table of another kind.</summary>
    public void Line(string row) => writer.WriteLine(row);

    public void Note(string text) => writer.WriteLine($"{Environment.NewLine}{text}{Environment.NewLine}");
}
