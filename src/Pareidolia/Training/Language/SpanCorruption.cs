using Pareidolia.Tensors.Random;

namespace Pareidolia.Training.Language;

/// <summary>
/// T5's objective (https://arxiv.org/abs/1910.10683, section 3.1.4): spans of a text are cut out, each leaving a sentinel, and the decoder writes for every
/// sentinel what was there. The number of spans and of hidden tokens depends on the length alone, so that all rows of a batch fit.
/// </summary>
internal sealed class SpanCorruption
{
    private readonly int _length;
    private readonly int _hidden;
    private readonly int _spans;
    private readonly Func<int, int> _sentinel;
    private readonly int _end;

    /// <param name="length">Tokens of a text.</param>
    /// <param name="density">Share of hidden tokens.</param>
    /// <param name="meanSpan">Mean length of a span.</param>
    /// <param name="sentinel">Id of the n-th sentinel.</param>
    /// <param name="end">Id that ends what is read and what is written.</param>
    public SpanCorruption(int length, double density, double meanSpan, Func<int, int> sentinel, int end)
    {
        (_length, _sentinel, _end) = (length, sentinel, end);
        _hidden = Math.Clamp((int)Math.Round(length * density), 1, length - 1);
        _spans = Math.Clamp((int)Math.Round(_hidden / meanSpan), 1, Math.Min(_hidden, length - _hidden));
    }

    /// <summary>Tokens that the encoder reads.</summary>
    public int ReadLength => _length - _hidden + _spans + 1;

    /// <summary>Tokens that the decoder writes.</summary>
    public int WrittenLength => _hidden + _spans + 1;

    /// <summary>A text with spans cut out, and what is to be written.</summary>
    public (int[] Read, int[] Written) Apply(ReadOnlySpan<int> text, TorchCpuGenerator random)
    {
        int[] kept = Lengths(_length - _hidden, random), hidden = Lengths(_hidden, random);
        List<int> read = [], written = [];
        int at = 0;
        for (int span = 0; span < _spans; span++)
        {
            read.AddRange(text.Slice(at, kept[span]));
            read.Add(_sentinel(span));
            written.Add(_sentinel(span));
            written.AddRange(text.Slice(at + kept[span], hidden[span]));
            at += kept[span] + hidden[span];
        }
        return ([.. read, _end], [.. written, _end]);
    }

    // A number of tokens cut at random into as many parts as there are spans, none of them empty.
    private int[] Lengths(int tokens, TorchCpuGenerator random)
    {
        long[] order = new long[tokens - 1];
        random.Randperm(order);
        int[] cuts = [0, .. order.Take(_spans - 1).Select(cut => (int)cut + 1).Order(), tokens];
        return [.. Enumerable.Range(0, _spans).Select(i => cuts[i + 1] - cuts[i])];
    }
}
