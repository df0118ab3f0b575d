namespace Pareidolia.Training.Data;

/// <summary>Mixes a stream with bounded memory: a buffer is filled, and each further sample drives a random one out.</summary>
internal static class ShuffleBuffer
{
    /// <summary>The same samples in another order, which depends on the random numbers and the samples alone.</summary>
    /// <param name="samples">The stream.</param>
    /// <param name="capacity">Most samples that wait; 0 or 1 keeps the order.</param>
    /// <param name="byteCapacity">Most bytes that wait; at least one sample always does.</param>
    /// <param name="random">Where the order comes from.</param>
    public static IEnumerable<Sample> Shuffle(IEnumerable<Sample> samples, int capacity, long byteCapacity, KeyedRandom random)
    {
        List<Sample> waiting = [];
        long bytes = 0;
        foreach (Sample sample in samples)
        {
            waiting.Add(sample);
            bytes += sample.Bytes;
            while (waiting.Count > Math.Max(0, capacity - 1) || (bytes > byteCapacity && waiting.Count > 1))
            {
                Sample next = Take(waiting, random);
                bytes -= next.Bytes;
                yield return next;
            }
        }
        while (waiting.Count > 0)
            yield return Take(waiting, random);
    }

    private static Sample Take(List<Sample> waiting, KeyedRandom random)
    {
        int chosen = random.Next(waiting.Count);
        Sample sample = waiting[chosen];
        waiting[chosen] = waiting[^1];
        waiting.RemoveAt(waiting.Count - 1);
        return sample;
    }
}
