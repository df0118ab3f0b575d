using System.Globalization;
using System.Text.Json;
using Pareidolia.Pipelines.Measuring;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Profiling;

namespace Pareidolia.Cli;

/// <summary>The result of <c>pareidolia bench</c>, for people and for programs.</summary>
internal sealed record BenchReport(
    string Model, BenchSettings Settings, string Precision, MachinePeak Peak, IReadOnlyList<PartTimes> Parts, long PeakBytes)
{
    // Steps of a usual picture.
    private const int UsualSteps = 20;

    /// <summary>Pictures a minute at the usual number of steps; null where a part is missing.</summary>
    private double? PicturesPerMinute => Parts.Any(part => part.Part == "unet") && Parts.Any(part => part.Part == "vae")
        ? 60 * Settings.Batch / Parts.Sum(part => part.Median * (part.Part == "unet" ? UsualSteps : 1))
        : null;

    /// <summary>Writes tables.</summary>
    public void Write(TextWriter writer)
    {
        writer.WriteLine($"{Model}  {Settings.Width}x{Settings.Height}  batch {Settings.Batch}  {Settings.Tokens} tokens  {Precision}  {Backend.CpuThreads} threads");
        writer.WriteLine($"this machine now: {Number(Peak.Flops / 1e9)} GFLOP/s in a product, {Number(Peak.Bytes / 1e9)} GB/s in a sum");
        writer.WriteLine();
        TextTable table = new();
        table.Add("PART", "PARAMETERS", "LOADED IN", "MEDIAN", "LEAST", "MOST");
        foreach (PartTimes part in Parts)
            table.Add(
                part.Part, $"{Number(part.Parameters / 1e6)} M", Shown.Seconds(part.Loading), Time(part.Median), Time(part.Runs.Min()), Time(part.Runs.Max()));
        table.Write(writer);
        foreach (PartTimes part in Parts.Where(part => part.Times.Count > 0))
            WriteProfile(writer, part);
        writer.WriteLine();
        string pictures = PicturesPerMinute is double rate ? $"{Number(rate)} pictures a minute at {UsualSteps} steps, " : "";
        writer.WriteLine($"{pictures}{Number(PeakBytes / 1e6)} MB at most");
    }

    /// <summary>Writes the same as an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("model", Model);
        json.WriteNumber("width", Settings.Width);
        json.WriteNumber("height", Settings.Height);
        json.WriteNumber("batch", Settings.Batch);
        json.WriteNumber("tokens", Settings.Tokens);
        json.WriteString("precision", Precision);
        json.WriteBoolean("exact", Settings.Exact);
        json.WriteNumber("threads", Backend.CpuThreads);
        json.WriteNumber("peak_flops", Peak.Flops);
        json.WriteNumber("peak_bytes_per_second", Peak.Bytes);
        json.WriteNumber("peak_rss", PeakBytes);
        if (PicturesPerMinute is double rate)
            json.WriteNumber("pictures_per_minute", rate);
        json.WriteStartArray("parts");
        foreach (PartTimes part in Parts)
            WritePart(json, part);
        json.WriteEndArray();
    }

    private void WriteProfile(TextWriter writer, PartTimes part)
    {
        writer.WriteLine();
        TextTable table = new();
        table.Add(part.Part, "CALLS", "TIME", "SHARE", "GFLOP/S", "OF PEAK", "GB/S", "BYTES");
        double all = part.Times.Sum(time => time.Seconds);
        foreach (OpTime time in part.Times)
            table.Add(
                time.Kind, time.Calls.ToString(CultureInfo.InvariantCulture), Time(time.Seconds), Percent(time.Seconds / all),
                Number(time.Flops / time.Seconds / 1e9), Percent(time.Flops / time.Seconds / Peak.Flops), Number(time.Bytes / time.Seconds / 1e9),
                $"{Number(time.Bytes / 1e6)} MB");
        table.Write(writer);
    }

    private static void WritePart(Utf8JsonWriter json, PartTimes part)
    {
        json.WriteStartObject();
        json.WriteString("part", part.Part);
        json.WriteNumber("parameters", part.Parameters);
        json.WriteNumber("loading_seconds", part.Loading.TotalSeconds);
        json.WriteNumber("median_seconds", part.Median);
        json.WriteStartArray("seconds");
        foreach (double run in part.Runs)
            json.WriteNumberValue(run);
        json.WriteEndArray();
        json.WriteStartArray("ops");
        foreach (OpTime time in part.Times)
        {
            json.WriteStartObject();
            json.WriteString("kind", time.Kind);
            json.WriteNumber("calls", time.Calls);
            json.WriteNumber("seconds", time.Seconds);
            json.WriteNumber("flops", time.Flops);
            json.WriteNumber("bytes", time.Bytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Time(double seconds) => seconds < 1
        ? $"{(seconds * 1000).ToString("0.0", CultureInfo.InvariantCulture)} ms"
        : $"{seconds.ToString("0.00", CultureInfo.InvariantCulture)} s";

    private static string Percent(double share) => (share * 100).ToString("0", CultureInfo.InvariantCulture) + " %";

    private static string Number(double value) => value.ToString(value < 10 ? "0.00" : "0", CultureInfo.InvariantCulture);
}
