using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pareidolia.Tests;

namespace Pareidolia.Server.Tests;

/// <summary>
/// What the server bears: 200 clients that watch, 1,000 jobs that wait, and requests while the engine is busy. <c>PAREIDOLIA_LOAD=60</c> runs it for so many
/// minutes; <c>docs/limits.md</c> has the figures.
/// </summary>
public sealed class LoadTests
{
    private const int Watchers = 200;
    private const int Jobs = 1000;

    private static readonly double s_minutes = double.Parse(Environment.GetEnvironmentVariable("PAREIDOLIA_LOAD") ?? "0", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Requests_are_answered_at_once_while_the_engine_is_busy_and_memory_stays_flat()
    {
        Assert.SkipWhen(s_minutes == 0, "A long run: PAREIDOLIA_LOAD says for how many minutes.");
        using TemporaryFolder folder = new();
        using ServerProcess server = ServerProcess.Start(folder.Path, Path.Combine(RepositoryRoot.Path, "models", "emoji"));
        using CancellationTokenSource end = new(TimeSpan.FromMinutes(s_minutes));
        long[] heard = new long[Watchers];
        Task[] watching = [.. Enumerable.Range(0, Watchers).Select(i => Watch(server, heard, i, end.Token))];
        for (int i = 0; i < Jobs; i++)
            _ = await server.TrySend(HttpMethod.Post, "/api/v1/jobs", $$"""{"kind": "generate", "prompt": "a red apple", "seed": {{i}}}""");
        List<double> latencies = [];
        List<long> memory = [];
        while (!end.IsCancellationRequested)
        {
            foreach (string path in (string[])["/api/v1/jobs?limit=20", "/api/v1/pictures?limit=20", "/api/v1/models", "/healthz"])
                latencies.Add(await Time(() => server.Client.GetStringAsync(path)));
            memory.Add(await Memory(server));
            if ((await server.Get("/healthz")).GetProperty("waiting").GetInt32() < Jobs / 2)
                _ = await server.TrySend(HttpMethod.Post, "/api/v1/jobs", """{"kind": "generate", "prompt": "a red apple"}""");
            await Task.Delay(50);
        }
        await Task.WhenAll(watching);
        Report(latencies, memory, heard, (await server.Get("/api/v1/pictures?limit=500")).GetProperty("items").GetArrayLength());
        Assert.True(Quantile(latencies, 0.99) < 50, $"p99 is {Quantile(latencies, 0.99):0.0} ms.");
        Assert.True(heard.Min() > 0, "A watcher heard nothing.");
        // After the first tenth all that is loaded once is there.
        Assert.True(memory[^1] < memory[memory.Count / 10] * 1.2, $"Memory grew from {memory[memory.Count / 10] >> 20} to {memory[^1] >> 20} MiB.");
    }

    private static async Task Watch(ServerProcess server, long[] heard, int index, CancellationToken end)
    {
        try
        {
            using Stream stream = await server.Client.GetStreamAsync("/api/v1/events", end);
            using StreamReader reader = new(stream);
            while (await reader.ReadLineAsync(end) is string)
                heard[index]++;
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }
    }

    private static async Task<double> Time(Func<Task<string>> ask)
    {
        long begun = Stopwatch.GetTimestamp();
        _ = await ask();
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    private static async Task<long> Memory(ServerProcess server)
    {
        string metrics = await server.Client.GetStringAsync("/metrics");
        string line = metrics.Split('\n').First(line => line.StartsWith("process_memory_usage_bytes ", StringComparison.Ordinal));
        return (long)double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static void Report(List<double> latencies, List<long> memory, long[] heard, int pictures) => TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{s_minutes} min, {Watchers} watchers ({heard.Sum()} lines), at least {pictures} pictures, {latencies.Count} requests: p50 {Quantile(latencies, 0.5):0.0} ms, p99 {Quantile(latencies, 0.99):0.0} ms, "
        + $"most {latencies.Max():0.0} ms; memory {memory[memory.Count / 10] >> 20} MiB after a tenth, {memory[^1] >> 20} MiB at the end, {memory.Max() >> 20} MiB at most"));

    private static double Quantile(List<double> values, double part) => values.Order().ElementAt((int)(part * (values.Count - 1)));
}
