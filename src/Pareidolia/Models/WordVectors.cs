using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>
/// Vectors of words without their context, the mean of all taken away: what all words share, such as how often they are used, tells nothing about
/// their meaning (https://arxiv.org/abs/1702.01417).
/// </summary>
public sealed class WordVectors
{
    private readonly float[] _values;
    private readonly int _channels;

    /// <summary>Takes a table [words, c]; its first rows, which are special, count neither for the mean nor as neighbours.</summary>
    public WordVectors(Tensor table, int special)
    {
        ArgumentNullException.ThrowIfNull(table);
        (_values, _channels, Special, Count) = (table.ToArray(), table.Shape[1], special, table.Shape[0]);
        for (int c = 0; c < _channels; c++)
        {
            double mean = Enumerable.Range(special, Count - special).Average(row => (double)_values[(row * _channels) + c]);
            for (int row = 0; row < Count; row++)
                _values[(row * _channels) + c] -= (float)mean;
        }
    }

    /// <summary>Words in the table, special ones included.</summary>
    public int Count { get; }

    /// <summary>How many of the first rows are special.</summary>
    public int Special { get; }

    /// <summary>The vector of a word.</summary>
    public ReadOnlySpan<float> Of(int id) => _values.AsSpan(id * _channels, _channels);

    /// <summary>The cosine of two words.</summary>
    public double Cosine(int first, int second) => Cosine(Of(first), Of(second));

    /// <summary>The cosine of two vectors; 0 where one has no length.</summary>
    public static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double product = 0, lengthA = 0, lengthB = 0;
        for (int i = 0; i < a.Length; i++)
            (product, lengthA, lengthB) = (product + (a[i] * b[i]), lengthA + (a[i] * a[i]), lengthB + (b[i] * b[i]));
        return product / Math.Sqrt(Math.Max(lengthA * lengthB, 1e-30));
    }

    /// <summary>The words with the largest cosines, the nearest first, without the word itself.</summary>
    public IReadOnlyList<(int Id, double Cosine)> Nearest(int id, int count) =>
        [.. Enumerable.Range(Special, Count - Special).Where(other => other != id).Select(other => (other, Cosine(id, other)))
            .OrderByDescending(row => row.Item2).Take(count)];
}
