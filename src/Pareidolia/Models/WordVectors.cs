using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>
/// Vectors of words without their context, less the mean of all and their few strongest common directions: what most words share, such as how often they are
/// used, tells nothing about their meaning (https://arxiv.org/abs/1702.01417, which takes one direction for every hundred channels).
/// </summary>
public sealed class WordVectors
{
    private const int ChannelsPerDirection = 100, Rounds = 30;

    private readonly float[] _values;
    private readonly int _channels;

    /// <summary>Takes a table [words, c]; its first rows, which are special, count neither for what is shared nor as neighbours.</summary>
    public WordVectors(Tensor table, int special)
    {
        ArgumentNullException.ThrowIfNull(table);
        (_values, _channels, Special, Count) = (table.ToArray(), table.Shape[1], special, table.Shape[0]);
        RemoveMean();
        for (int i = 0; i < _channels / ChannelsPerDirection; i++)
            RemoveDirection(StrongestDirection());
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
        double lengths = Dot(a, a) * Dot(b, b);
        return Dot(a, b) / Math.Sqrt(Math.Max(lengths, 1e-30));
    }

    /// <summary>The words with the largest cosines, the nearest first, without the word itself.</summary>
    public IReadOnlyList<(int Id, double Cosine)> Nearest(int id, int count) =>
        [.. Enumerable.Range(Special, Count - Special).Where(other => other != id).Select(other => (other, Cosine(id, other)))
            .OrderByDescending(row => row.Item2).Take(count)];

    private void RemoveMean()
    {
        double[] mean = new double[_channels];
        for (int row = Special; row < Count; row++)
            for (int c = 0; c < _channels; c++)
                mean[c] += Of(row)[c] / (double)(Count - Special);
        for (int i = 0; i < _values.Length; i++)
            _values[i] -= (float)mean[i % _channels];
    }

    // Power iteration: the direction in which the words differ most.
    private float[] StrongestDirection()
    {
        float[] direction = [.. Enumerable.Range(1, _channels).Select(c => MathF.Sin(c))];
        for (int round = 0; round < Rounds; round++)
        {
            double[] next = new double[_channels];
            for (int row = Special; row < Count; row++)
            {
                double along = Dot(Of(row), direction);
                for (int c = 0; c < _channels; c++)
                    next[c] += along * Of(row)[c];
            }
            double length = Math.Sqrt(next.Sum(value => value * value));
            direction = [.. next.Select(value => (float)(value / Math.Max(length, 1e-30)))];
        }
        return direction;
    }

    private void RemoveDirection(float[] direction)
    {
        for (int row = 0; row < Count; row++)
        {
            float along = (float)Dot(Of(row), direction);
            for (int c = 0; c < _channels; c++)
                _values[(row * _channels) + c] -= along * direction[c];
        }
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}
