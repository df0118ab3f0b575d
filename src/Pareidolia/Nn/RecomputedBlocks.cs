// Training Deep Nets with Sublinear Memory Cost, https://arxiv.org/abs/1604.06174
using Pareidolia.Tensors;

namespace Pareidolia.Nn;

/// <summary>
/// While one is open on a thread, the residual and transformer blocks that run on it keep nothing for their gradients: each is computed again on the
/// way back. Gradients are the same; memory falls to what goes from block to block and the inside of one, and the forward pass is paid twice.
/// </summary>
internal sealed class RecomputedBlocks : IDisposable
{
    [ThreadStatic]
    private static int s_open;

    private readonly bool _asked;

    /// <summary>Opens one; it ends on the thread that opened it.</summary>
    /// <param name="asked">False makes one that changes nothing, for callers who let a setting decide.</param>
    public RecomputedBlocks(bool asked = true)
    {
        _asked = asked;
        if (asked)
            s_open++;
    }

    /// <summary>Runs a block.</summary>
    /// <param name="block">Says the same each time that it is asked.</param>
    /// <param name="reads">What it reads besides its own parameters; null stands for nothing.</param>
    public static Tensor Run(Func<Tensor> block, params ReadOnlySpan<Tensor?> reads)
    {
        if (s_open == 0 || !Tape.IsRecording)
            return block();
        if (AddedWeights.Current is not AddedWeights added)
            return Tape.Checkpoint(block, reads);
        // On the way back, the factors of a LoRA are no longer open.
        return Tape.Checkpoint(() =>
        {
            using AddedWeights again = added.Again();
            return block();
        }, [.. reads, .. added.Changed]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_asked)
            s_open--;
    }
}
