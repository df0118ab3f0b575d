using System.Diagnostics;
using System.Text.Json;

namespace Pareidolia.Benchmarks;

/// <summary>One run of a contender: seconds of one pass after a warm-up, seconds of loading, largest resident set, and the calibration where it has one.</summary>
internal sealed record PeerRun(double Seconds, double Loading, double PeakGigabytes, double? CalibrationFlops);

/// <summary>A contender that is a process and prints one JSON object.</summary>
internal sealed record PeerProcess(string Name, string Program, IReadOnlyList<string> Arguments, Func<JsonElement, PeerRun> Read)
{
    /// <summary>ONNX Runtime on a graph of <c>artifacts/peers</c>.</summary>
    public static PeerProcess Onnx(string work, string graph, int threads) => new(
        $"ONNX Runtime{(graph.Contains("int8", StringComparison.Ordinal) ? " int8" : " f32")}", "node",
        ["ort_bench.mjs", Path.Combine(work, "graphs", graph + ".onnx"), "--threads", $"{threads}", "--runs", "1"],
        json => new PeerRun(json.GetProperty("best").GetDouble(), json.GetProperty("load").GetDouble(), json.GetProperty("peak_rss_gib").GetDouble() * 1.073741824, null));

    /// <summary>Our own program.</summary>
    public static PeerProcess Ours(string program, string model, string precision, int threads) => new(
        $"ours {precision}", program,
        ["bench", "--model", model, "--size", "512", "--runs", "1", "--threads", $"{threads}", "--precision", precision, "--json"],
        json =>
        {
            JsonElement part = json.GetProperty("parts")[0];
            return new PeerRun(
                part.GetProperty("median_seconds").GetDouble(), part.GetProperty("loading_seconds").GetDouble(), json.GetProperty("peak_rss").GetDouble() / 1e9,
                json.GetProperty("peak_flops").GetDouble());
        });

    /// <summary>Runs it in a folder.</summary>
    public PeerRun Run(string folder)
    {
        ProcessStartInfo start = new(Program, Arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove(ThreadedChild.Mark);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? Read(JsonDocument.Parse(output).RootElement)
            : throw new InvalidOperationException($"{Name} ended with code {process.ExitCode}: {errors.Result}");
    }
}
