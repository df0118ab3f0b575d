using Pareidolia.Models;
using Pareidolia.Text;

namespace Pareidolia.Training.Language;

/// <summary>A sentence in which an ambiguous word stands once.</summary>
/// <param name="Word">The word.</param>
/// <param name="Sense">What it means there.</param>
/// <param name="Sentence">The sentence.</param>
public sealed record SenseSentence(string Word, string Sense, string Sentence);

/// <summary>Whether the meanings of a word fall apart: a meaning is guessed from the other sentences of the word, one sentence left out at a time.</summary>
public static class SenseTable
{
    /// <summary>Reads a table of word, sense and sentence, with a header row and tabs between them.</summary>
    /// <exception cref="PareidoliaException">The file is missing, or a row has too few columns.</exception>
    public static IReadOnlyList<SenseSentence> Load(string path) =>
        [.. TabTable.Rows(path, 3).Select(row => new SenseSentence(row[0], row[1], row[2]))];

    /// <summary>
    /// Share of sentences whose sense has the nearest centroid. The common part of all vectors of a word, which does not tell senses apart, is taken
    /// away first (from the other sentences alone), and nearness is the cosine.
    /// </summary>
    /// <param name="table">The sentences.</param>
    /// <param name="vectors">For each of them the contextual vector of its word.</param>
    public static double NearestCentroid(IReadOnlyList<SenseSentence> table, IReadOnlyList<float[]> vectors) =>
        LeaveOneOut(table, (held, others) => NearestSense(table, vectors, held, others));

    /// <summary>The same by naive Bayes over the other words of the sentence, each word counted once more than it occurs: a baseline without a model.</summary>
    public static double NaiveBayes(IReadOnlyList<SenseSentence> table)
    {
        ArgumentNullException.ThrowIfNull(table);
        string[][] bags = [.. table.Select(row => WordSplit.Words(row.Sentence).Select(word => word.Word).Where(word => word != row.Word).ToArray())];
        return LeaveOneOut(table, (held, others) => MostProbableSense(table, bags, held, others));
    }

    private static double LeaveOneOut(IReadOnlyList<SenseSentence> table, Func<int, int[], string> guess)
    {
        ArgumentNullException.ThrowIfNull(table);
        int right = 0;
        for (int held = 0; held < table.Count; held++)
        {
            int[] others = [.. Enumerable.Range(0, table.Count).Where(i => i != held && table[i].Word == table[held].Word)];
            right += guess(held, others) == table[held].Sense ? 1 : 0;
        }
        return (double)right / table.Count;
    }

    private static string NearestSense(IReadOnlyList<SenseSentence> table, IReadOnlyList<float[]> vectors, int held, int[] others)
    {
        (string Sense, float[] Centroid)[] senses = [.. others.GroupBy(i => table[i].Sense).Select(group => (group.Key, Mean(group.Select(i => vectors[i]))))];
        float[] common = Mean(senses.Select(sense => sense.Centroid));
        float[] vector = Less(vectors[held], common);
        return senses.MaxBy(sense => WordVectors.Cosine(vector, Less(sense.Centroid, common))).Sense;
    }

    private static string MostProbableSense(IReadOnlyList<SenseSentence> table, string[][] bags, int held, int[] others)
    {
        HashSet<string> known = [.. others.SelectMany(i => bags[i])];
        double Score(IGrouping<string, int> sense)
        {
            string[] words = [.. sense.SelectMany(i => bags[i])];
            return Math.Log(sense.Count())
                + bags[held].Where(known.Contains).Sum(word => Math.Log((words.Count(other => other == word) + 1.0) / (words.Length + known.Count)));
        }
        return others.GroupBy(i => table[i].Sense).MaxBy(Score)!.Key;
    }

    private static float[] Mean(IEnumerable<float[]> vectors)
    {
        float[][] all = [.. vectors];
        return [.. Enumerable.Range(0, all[0].Length).Select(c => all.Average(vector => vector[c]))];
    }

    private static float[] Less(float[] a, float[] b) => [.. a.Zip(b, (x, y) => x - y)];
}
