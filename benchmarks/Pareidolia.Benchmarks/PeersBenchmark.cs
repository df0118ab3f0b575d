using System.Globalization;
using System.Text;

namespace Pareidolia.Benchmarks;

/// <summary>
/// Stable Diffusion 1.5's networks at 512 pixels beside ONNX Runtime, process by process in turns. Writes the section "peers" of RESULTS.md.
/// </summary>
internal static class PeersBenchmark
{
    private const string Begin = "<!-- peers: made by the benchmark of this name -->", End = "<!-- end of peers -->";

    private static readonly (string Part, string[] Ours)[] s_parts =
    [
        ("unet", ["f32", "bf16", "int8-products"]),
        ("vae", ["f32", "bf16", "int8-products"]),
        ("text", ["f32"]),
    ];

    public static void Run(ResultTable table)
    {
        string root = Root(), work = Path.Combine(root, "artifacts", "peers");
        string program = Path.Combine(root, "artifacts", "bin", "Pareidolia.Cli", "release", "Pareidolia.Cli");
        if (!Directory.Exists(work) || !File.Exists(program))
            throw new InvalidOperationException("benchmarks/peers/README.md tells what must be prepared and built before.");
        int threads = int.Parse(Environment.GetEnvironmentVariable("PAREIDOLIA_THREADS") ?? "2", CultureInfo.InvariantCulture);
        string[] chosen = (Environment.GetEnvironmentVariable("PAREIDOLIA_PEER_PARTS") ?? "unet,vae,text").Split(',');
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{threads} threads, 512 x 512, guided; seconds, least / median of the rounds.").AppendLine();
        text.AppendLine("| network | contender | seconds | times ONNX Runtime f32 | int8 | loading s | largest resident set GB | calibration GFLOP/s |");
        text.AppendLine("|---|---|---:|---:|---:|---:|---:|---:|");
        foreach ((string part, string[] ours) in s_parts.Where(part => chosen.Contains(part.Part)))
            Part(text, work, part, [
                PeerProcess.Onnx(work, $"{part}-64", threads), PeerProcess.Onnx(work, $"{part}-int8-64", threads),
                .. ours.Select(precision => PeerProcess.Ours(program, $"random:sd15-{part}", precision, threads))]);
        table.Note(text.ToString());
        WriteSection(Path.Combine(root, "benchmarks", "RESULTS.md"), text.ToString());
    }

    private static void Part(StringBuilder text, string work, string part, PeerProcess[] contenders)
    {
        int rounds = int.Parse(Environment.GetEnvironmentVariable("PAREIDOLIA_PEER_ROUNDS") ?? "3", CultureInfo.InvariantCulture);
        List<PeerRun>[] runs = [.. contenders.Select(_ => new List<PeerRun>())];
        for (int round = 0; round < rounds; round++)
            for (int i = 0; i < contenders.Length; i++)
            {
                runs[i].Add(contenders[i].Run(work));
                Console.Error.WriteLine($"{part}, round {round + 1} of {rounds}, {contenders[i].Name}: {runs[i][^1].Seconds:F2} s");
            }
        double full = Median(runs[0], run => run.Seconds), whole = Median(runs[1], run => run.Seconds);
        for (int i = 0; i < contenders.Length; i++)
        {
            double median = Median(runs[i], run => run.Seconds);
            string calibration = runs[i][0].CalibrationFlops is null ? "" : $"{Median(runs[i], run => run.CalibrationFlops!.Value) / 1e9:F0}";
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {part} | {contenders[i].Name} | {runs[i].Min(run => run.Seconds):F3} / {median:F3} | {full / median:F2} | {whole / median:F2} | {Median(runs[i], run => run.Loading):F1} | {runs[i].Max(run => run.PeakGigabytes):F2} | {calibration} |");
        }
    }

    private static double Median(List<PeerRun> runs, Func<PeerRun, double> of) => runs.Select(of).Order().ElementAt(runs.Count / 2);

    private static void WriteSection(string path, string section)
    {
        string all = File.ReadAllText(path);
        int from = all.IndexOf(Begin, StringComparison.Ordinal), to = all.IndexOf(End, StringComparison.Ordinal);
        string framed = $"{Begin}\n{section}{End}";
        File.WriteAllText(path, from < 0 || to < 0 ? $"{all.TrimEnd()}\n\n## peers: whole networks\n\n{framed}\n" : all[..from] + framed + all[(to + End.Length)..]);
    }

    internal static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pareidolia.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The benchmark runs inside a checkout.");
    }
}
