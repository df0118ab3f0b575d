using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Training.Language;

/// <summary>
/// Vectors of words by counting alone: how much more often than by chance a word stands near each of the frequent words (positive pointwise mutual
/// information), seen from the directions in which words differ most (Levy and Goldberg 2014: what word2vec finds by gradients, counting finds at once).
/// </summary>
internal static class WordCounts
{
    private const int Reach = 5, MostContexts = 3000, Rounds = 4;

    /// <summary>The vectors [words, channels], each of the given length; those of words that were never seen near another are zero.</summary>
    /// <param name="ids">The text.</param>
    /// <param name="words">Number of words; their ids are in the order of their frequency, behind the special ones.</param>
    /// <param name="special">Number of special ids, which are not counted.</param>
    /// <param name="channels">Channels of a vector.</param>
    /// <param name="length">Length of a vector.</param>
    public static float[] Vectors(int[] ids, int words, int special, int channels, float length)
    {
        int contexts = Math.Min(MostContexts, words - special);
        using Scope scope = new();
        Tensor information = Tensor.From(Information(ids, words, special, contexts), [words, contexts]);   // [w, x]
        float[] start = new float[channels * contexts];
        new TorchCpuGenerator(0).Randn(start);
        Tensor directions = Orthonormal(Tensor.From(start, [channels, contexts]));                         // [c, x]
        for (int round = 0; round < Rounds; round++)
        {
            using Scope inner = new();
            Tensor seen = information.MatMul(directions, transposeOther: true);                            // [w, c]
            directions = inner.Keep(Orthonormal(seen.MatMul(information, transposeThis: true)));           // [c, x]
        }
        return OfLength(information.MatMul(directions, transposeOther: true).ToArray(), channels, length);
    }

    // max(0, log(c(w, x) n / (c(w) c(x)))) of words and the most frequent of them within five words on either side.
    private static float[] Information(int[] ids, int words, int special, int contexts)
    {
        float[] counts = new float[words * contexts];
        for (int i = 0; i < ids.Length; i++)
            for (int j = Math.Max(0, i - Reach); j <= Math.Min(ids.Length - 1, i + Reach); j++)
                if (j != i && ids[i] >= special && ids[j] >= special && ids[j] < special + contexts)
                    counts[(ids[i] * contexts) + ids[j] - special]++;
        double[] ofWord = new double[words], ofContext = new double[contexts];
        for (int i = 0; i < counts.Length; i++)
        {
            ofWord[i / contexts] += counts[i];
            ofContext[i % contexts] += counts[i];
        }
        double all = ofWord.Sum();
        for (int i = 0; i < counts.Length; i++)
            if (counts[i] > 0)
                counts[i] = (float)Math.Max(0, Math.Log(counts[i] * all / (ofWord[i / contexts] * ofContext[i % contexts])));
        return counts;
    }

    // Gram and Schmidt, row by row; a row that the earlier ones span becomes zero.
    private static Tensor Orthonormal(Tensor directions)
    {
        int n = directions.Shape[1];
        float[] values = directions.ToArray();
        for (int row = 0; row < directions.Shape[0]; row++)
        {
            Span<float> own = values.AsSpan(row * n, n);
            double before = Math.Sqrt(Dot(own, own));
            for (int other = 0; other < row; other++)
                Subtract(own, values.AsSpan(other * n, n));
            double length = Math.Sqrt(Dot(own, own));
            float scale = length > 1e-4 * before ? (float)(1 / length) : 0;
            foreach (ref float value in own)
                value *= scale;
        }
        return Tensor.From(values, directions.Shape);
    }

    private static void Subtract(Span<float> own, ReadOnlySpan<float> other)
    {
        float along = (float)Dot(own, other);
        for (int i = 0; i < own.Length; i++)
            own[i] -= along * other[i];
    }

    private static float[] OfLength(float[] vectors, int channels, float length)
    {
        for (int row = 0; row < vectors.Length; row += channels)
        {
            Span<float> own = vectors.AsSpan(row, channels);
            float scale = (float)(length / Math.Max(1e-12, Math.Sqrt(Dot(own, own))));
            foreach (ref float value in own)
                value *= scale;
        }
        return vectors;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}
