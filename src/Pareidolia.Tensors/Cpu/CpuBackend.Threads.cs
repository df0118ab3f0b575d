namespace Pareidolia.Tensors.Cpu;

internal sealed partial class CpuBackend
{
    private const string ThreadsVariable = "PAREIDOLIA_THREADS";
    private const int MostThreads = 1024;
    private static int s_threads;

    /// <summary>
    /// Threads that an op may use, 1..1024: the environment variable PAREIDOLIA_THREADS, or else one per processor. The results do not depend on it.
    /// </summary>
    internal static int Threads
    {
        get => s_threads != 0 ? s_threads : s_threads = ThreadsFromEnvironment();
        set => s_threads = value is >= 1 and <= MostThreads
            ? value
            : throw new TensorException($"threads: {value} is outside 1..{MostThreads}");
    }

    private static int ThreadsFromEnvironment()
    {
        string? text = Environment.GetEnvironmentVariable(ThreadsVariable);
        if (string.IsNullOrEmpty(text))
            return Math.Min(Environment.ProcessorCount, MostThreads);
        if (int.TryParse(text, out int threads) && threads is >= 1 and <= MostThreads)
            return threads;
        throw new TensorException($"{ThreadsVariable} is '{text}'; it must be a whole number in 1..{MostThreads}");
    }
}
