using System.Runtime.InteropServices;

namespace Pareidolia.Server.Jobs;

/// <summary>Lets requests be answered at once while the engine computes with all processors.</summary>
internal static partial class ThreadCourtesy
{
    private const int Process = 0;
    private const int Niceness = 10;

    /// <summary>
    /// Makes the calling thread, and those that it will start, give way to others. On Linux priorities of .NET's threads do nothing, but each thread
    /// has a niceness, which threads inherit; elsewhere nothing happens.
    /// </summary>
    public static void YieldToRequests()
    {
        if (OperatingSystem.IsLinux())
            _ = SetPriority(Process, 0, Niceness);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
