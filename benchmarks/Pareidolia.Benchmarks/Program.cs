using Pareidolia.Benchmarks;

// dotnet run -c Release --project benchmarks/Pareidolia.Benchmarks -- gemm|conv|winograd|attention|train-step|unet-step|peers|curves [threads ...]
// Each number of threads runs in a process of its own, because the peers read theirs from the environment.
string topic = args.Length > 0 ? args[0] : "";
if (!Topics.All.TryGetValue(topic, out Action<ResultTable>? run))
{
    Console.Error.WriteLine($"'{topic}' is not a benchmark; there are: {string.Join(", ", Topics.All.Keys)}");
    return 2;
}
if (Environment.GetEnvironmentVariable(ThreadedChild.Mark) is string)
{
    run(new ResultTable(Console.Out));
    return 0;
}
int[] threads = args.Length > 1 ? [.. args[1..].Select(int.Parse)] : [1, 2];
return threads.Max(count => ThreadedChild.Run(topic, count));
