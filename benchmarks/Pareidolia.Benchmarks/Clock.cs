using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pareidolia.Benchmarks;

/// <summary>
/// Seconds of the calling thread on a processor where one thread is measured on Linux, so that other programs on the machine count less; of the
/// wall otherwise. torch_peer.py does the same.
/// </summary>
internal static unsafe partial class Clock
{
    private const int ThreadProcessorTime = 3;
    private static readonly bool s_counted = OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_NUM_THREADS") == "1";

    public static double Seconds
    {
        get
        {
            long* time = stackalloc long[2];
            return s_counted && GetTime(ThreadProcessorTime, time) == 0
                ? time[0] + (1e-9 * time[1])
                : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, long* time);
}
