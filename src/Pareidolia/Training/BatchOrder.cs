using Pareidolia.Tensors.Random;

namespace Pareidolia.Training;

/// <summary>
/// Which samples a step sees: every epoch is a permutation that depends on the seed and the epoch's number alone, so that a resumed run sees what
/// an undisturbed one would.
/// </summary>
internal sealed class BatchOrder(ulong seed, int samples, int batch)
{
    private readonly long[] _order = new long[samples];
    private long _epoch = -1;

    /// <summary>The samples of the n-th batch since the beginning; a batch may span two epochs.</summary>
    public int[] At(long n)
    {
        int[] chosen = new int[batch];
        for (int i = 0; i < batch; i++)
            chosen[i] = Sample((n * batch) + i);
        return chosen;
    }

    private int Sample(long place)
    {
        long epoch = place / samples;
        if (epoch != _epoch)
        {
            new TorchCpuGenerator(seed + (0x9E3779B9UL * (ulong)(epoch + 1))).Randperm(_order);
            _epoch = epoch;
        }
        return (int)_order[place % samples];
    }
}
