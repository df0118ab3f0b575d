using System.Diagnostics;

namespace Pareidolia.Benchmarks;

/// <summary>
/// Times contenders in turns, A B A B, so that a busy machine disturbs all of them alike. The smallest time of each is what it can do; the
/// median says how disturbed the run was.
/// </summary>
internal static class Contest
{
    private const int LeastRounds = 5;
    private const double Seconds = 1.5;

    /// <summary>Smallest and median seconds of each contender; a contender runs once and returns its seconds.</summary>
    public static (double Least, double Median)[] Run(params Func<double>[] contenders)
    {
        foreach (Func<double> contender in contenders)
            for (int warm = 0; warm < 3; warm++)
                contender();
        List<double>[] times = [.. contenders.Select(_ => new List<double>())];
        Stopwatch clock = Stopwatch.StartNew();
        for (int round = 0; round < LeastRounds || clock.Elapsed.TotalSeconds < Seconds * contenders.Length; round++)
            for (int i = 0; i < contenders.Length; i++)
            {
                // A peer's threads wait busily for more work and would take a processor from the next.
                Thread.Sleep(20);
                times[i].Add(contenders[i]());
            }
        return [.. times.Select(list => (list.Min(), list.Order().ElementAt(list.Count / 2)))];
    }

    /// <summary>A contender of this process.</summary>
    public static Func<double> Ours(Action run) => () =>
    {
        double start = Clock.Seconds;
        run();
        return Clock.Seconds - start;
    };
}
