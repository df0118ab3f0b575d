using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Training.Language;

/// <summary>A long row of ids, read as windows of one length.</summary>
/// <param name="tokens">The ids.</param>
/// <param name="length">Tokens of a window.</param>
/// <exception cref="PareidoliaException">There are fewer than two windows.</exception>
internal sealed class TokenWindows(int[] tokens, int length)
{
    /// <summary>All ids.</summary>
    public int[] Tokens { get; } = tokens.Length >= 2 * length ? tokens
        : throw new PareidoliaException($"The text has {tokens.Length} tokens; a window has {length}, and at least two windows are needed.");

    /// <summary>How many windows there are; every one may move by up to its length without leaving the row.</summary>
    public int Count => (Tokens.Length / length) - 1;

    /// <summary>Windows of a batch, one behind the other, each moved by the same random step: every epoch cuts the text elsewhere.</summary>
    public int[] Batch(IReadOnlyList<int> windows, TorchCpuGenerator random)
    {
        long[] shift = new long[1];
        random.Randint(shift, 0, length);
        return Batch(windows, (int)shift[0]);
    }

    /// <summary>Windows of a batch, one behind the other, each moved by a step.</summary>
    public int[] Batch(IReadOnlyList<int> windows, int shift)
    {
        int[] batch = new int[windows.Count * length];
        for (int i = 0; i < windows.Count; i++)
            Tokens.AsSpan((windows[i] * length) + shift, length).CopyTo(batch.AsSpan(i * length));
        return batch;
    }

    /// <summary>Ids as I32 [rows, length].</summary>
    public static Tensor AsTensor(int[] ids, int rows) => Tensor.From(ids, [rows, ids.Length / rows]);
}
