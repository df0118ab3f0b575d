namespace Pareidolia.Training.Language;

/// <summary>Two words and how near they are: similar, related or unrelated.</summary>
/// <param name="First">A word.</param>
/// <param name="Second">Another word.</param>
/// <param name="Grade"><c>similar</c>, <c>related</c> or <c>unrelated</c>.</param>
public sealed record WordPair(string First, string Second, string Grade);

/// <summary>Whether words that have to do with each other lie nearer than words that do not.</summary>
public static class WordPairs
{
    private const string Unrelated = "unrelated";

    /// <summary>Reads a table of two words and their grade, with a header row and tabs between them.</summary>
    /// <exception cref="PareidoliaException">The file is missing, or a row has too few columns.</exception>
    public static IReadOnlyList<WordPair> Load(string path) => [.. TabTable.Rows(path, 3).Select(row => new WordPair(row[0], row[1], row[2]))];

    /// <summary>
    /// Area under the curve: the chance that of a similar or related pair and an unrelated one, both drawn at random, the first lies nearer; a tie
    /// counts half.
    /// </summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="nearness">How near two words are, larger being nearer.</param>
    public static double Auc(IReadOnlyList<WordPair> pairs, Func<string, string, double> nearness)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ILookup<bool, double> scores = pairs.ToLookup(pair => pair.Grade != Unrelated, pair => nearness(pair.First, pair.Second));
        double[] near = [.. scores[true]], far = [.. scores[false]];
        if (near.Length == 0 || far.Length == 0)
            throw new PareidoliaException($"The word pairs are {near.Length} similar or related and {far.Length} unrelated ones; some of both are needed.");
        return near.Average(one => far.Average(other => one > other ? 1 : one == other ? 0.5 : 0));
    }
}
