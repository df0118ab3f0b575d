namespace Pareidolia.Training.Language;

/// <summary>
/// Interpolated modified Kneser-Ney smoothing of n-grams (Chen and Goodman 1998): what counting alone can foresee, the baseline that a network has to
/// beat. Short contexts are judged by how many different tokens they follow, not by how often they occur.
/// </summary>
public sealed class KneserNey
{
    private readonly NgramLevel[] _levels;
    private readonly int _vocabulary;

    private KneserNey(NgramLevel[] levels, int vocabulary) => (_levels, _vocabulary) = (levels, vocabulary);

    /// <summary>Tokens that it looks at, the foreseen one included.</summary>
    public int Order => _levels.Length;

    /// <summary>Counts a text.</summary>
    /// <param name="ids">Its tokens, each below <paramref name="vocabulary"/>.</param>
    /// <param name="vocabulary">Number of tokens that there are.</param>
    /// <param name="order">Tokens to look at, 1 to 8.</param>
    /// <exception cref="PareidoliaException">The order is out of range.</exception>
    public static KneserNey Count(IReadOnlyList<int> ids, int vocabulary, int order = 5)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (order is < 1 or > 8)
            throw new PareidoliaException($"The order of the n-grams is {order}; 1 to 8 is needed.");
        NgramLevel[] levels = [.. Enumerable.Range(0, order).Select(_ => new NgramLevel())];
        int[] after = new int[order], here = new int[order];
        // From the end: of a new n-gram, that without its first token is known already and has one token more that it follows.
        for (int i = ids.Count - 1; i >= 0; i--)
        {
            int parent = 0;
            for (int k = 0; k < order && i + k < ids.Count; k++)
            {
                bool isNew = levels[k].Add(parent, ids[i + k], out here[k]);
                if (isNew && k > 0)
                    levels[k - 1].AddBefore(after[k - 1]);
                parent = here[k];
            }
            (after, here) = (here, after);
        }
        for (int k = 0; k < order; k++)
            levels[k].Close(k == 0 ? 1 : levels[k - 1].Size, isHighest: k == order - 1);
        return new KneserNey(levels, vocabulary);
    }

    /// <summary>The probability of a token after a context, of which the last order - 1 tokens count.</summary>
    public double Probability(ReadOnlySpan<int> context, int id)
    {
        ReadOnlySpan<int> seen = context[Math.Max(0, context.Length - Order + 1)..];
        double probability = 1.0 / _vocabulary;
        for (int k = 0; k <= seen.Length; k++)
            probability = Interpolated(seen[(seen.Length - k)..], id, probability);
        return probability;
    }

    /// <summary>How well it foresees a text, the first token as one of the vocabulary.</summary>
    public TextScore Score(RunningText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        double nats = Math.Log(_vocabulary);
        for (int i = 1; i < text.Ids.Length; i++)
            nats -= Math.Log(Probability(text.Ids.AsSpan(Math.Max(0, i - Order + 1)..i), text.Ids[i]));
        return new TextScore(nats, text);
    }

    // A context that was never seen leaves the shorter one's guess as it is.
    private double Interpolated(ReadOnlySpan<int> context, int id, double shorter)
    {
        int parent = 0;
        for (int k = 0; k < context.Length; k++)
            if (!_levels[k].TryFind(parent, context[k], out parent))
                return shorter;
        return _levels[context.Length].Probability(parent, id, shorter);
    }
}
