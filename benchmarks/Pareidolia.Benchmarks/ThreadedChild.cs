using System.Diagnostics;

namespace Pareidolia.Benchmarks;

/// <summary>This program once more, with a fixed number of threads for us and for every peer.</summary>
internal static class ThreadedChild
{
    /// <summary>The environment variable that says "you are the child".</summary>
    public const string Mark = "PAREIDOLIA_BENCHMARK_CHILD";

    public static int Run(string topic, int threads)
    {
        Console.WriteLine($"{Environment.NewLine}{topic}, {threads} thread{(threads == 1 ? "" : "s")}{Environment.NewLine}");
        ProcessStartInfo start = new(Environment.ProcessPath!, [topic]);
        start.Environment[Mark] = "1";
        start.Environment["PAREIDOLIA_THREADS"] = $"{threads}";
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        using Process child = Process.Start(start)!;
        child.WaitForExit();
        return child.ExitCode;
    }
}
