namespace Pareidolia.Tensors;

/// <summary>What tensors hold at this moment, in the whole process. A test that ends with more than it began has a leak.</summary>
public static class TensorMemory
{
    private static long s_liveBytes;
    private static long s_liveBuffers;
    private static long s_peakBytes;

    /// <summary>Bytes of all living tensors, without the pool's spare buffers.</summary>
    public static long LiveBytes => Interlocked.Read(ref s_liveBytes);

    /// <summary>Number of living buffers.</summary>
    public static long LiveBuffers => Interlocked.Read(ref s_liveBuffers);

    /// <summary>The most that <see cref="LiveBytes"/> has been since <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes => Interlocked.Read(ref s_peakBytes);

    /// <summary>Starts a new peak at the present level.</summary>
    public static void ResetPeak() => Interlocked.Exchange(ref s_peakBytes, LiveBytes);

    /// <summary>Counts a buffer that came, or with less than 0 bytes one that went.</summary>
    internal static void Count(long bytes)
    {
        _ = bytes < 0 ? Interlocked.Decrement(ref s_liveBuffers) : Interlocked.Increment(ref s_liveBuffers);
        long live = Interlocked.Add(ref s_liveBytes, bytes);
        long peak = PeakBytes;
        while (live > peak && Interlocked.CompareExchange(ref s_peakBytes, live, peak) != peak)
            peak = PeakBytes;
    }
}
