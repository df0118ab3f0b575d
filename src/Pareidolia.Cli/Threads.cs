namespace Pareidolia.Cli;

/// <summary>How many threads the engine computes with.</summary>
internal static class Threads
{
    private const string Variable = "PAREIDOLIA_THREADS";
    private const int Most = 1024;

    /// <summary>Sets their number before the engine starts; null leaves its own choice.</summary>
    /// <exception cref="PareidoliaException">The number is not from 1 to 1024.</exception>
    public static void Use(int? threads)
    {
        if (threads is null)
            return;
        if (threads is < 1 or > Most)
            throw new PareidoliaException($"--threads is {threads}; a whole number from 1 to {Most} is needed.");
        Environment.SetEnvironmentVariable(Variable, threads.ToString());
    }
}
