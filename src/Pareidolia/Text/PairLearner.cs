namespace Pareidolia.Text;

/// <summary>
/// The most frequent pair of neighbouring symbols becomes a symbol, again and again (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909).
/// The result depends on the words and their counts alone, not on their order.
/// </summary>
internal sealed class PairLearner
{
    private readonly Dictionary<(int Left, int Right), int> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];
    private readonly PriorityQueue<(int Left, int Right), (int Count, int Left, int Right)> _queue = new();
    private readonly List<string> _names;
    private readonly HashSet<string> _known = [];
    private readonly List<(int[] Symbols, int Count)> _words = [];
    private readonly Func<string, string, string> _join;

    /// <param name="symbols">The names of the symbols to begin with.</param>
    /// <param name="words">Every word as places in that list, and how often it occurs.</param>
    /// <param name="join">The name of two symbols joined.</param>
    public PairLearner(IEnumerable<string> symbols, IEnumerable<(int[] Symbols, int Count)> words, Func<string, string, string> join)
    {
        _names = [.. symbols];
        _join = join;
        foreach ((int[] Symbols, int Count) word in words)
        {
            _words.Add(word);
            Count(_words.Count - 1, +1);
        }
        foreach ((int Left, int Right) pair in _counts.Keys)
            Offer(pair);
    }

    /// <summary>All symbols, those of the beginning first.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The pairs that were joined, in that order; fewer than asked for where no pair is frequent enough.</summary>
    public List<BytePair> Learn(int merges, int minimumCount)
    {
        List<BytePair> learned = [];
        while (learned.Count < merges && TryMostFrequent(out (int Left, int Right) pair) && _counts[pair] >= minimumCount)
        {
            string name = _join(_names[pair.Left], _names[pair.Right]);
            // Two ways to make one symbol ("a bc", "ab c") would be one vocabulary entry under two ids: only the first is kept.
            if (!_known.Add(name))
                continue;
            learned.Add(new BytePair(_names[pair.Left], _names[pair.Right]));
            _names.Add(name);
            Join(pair, _names.Count - 1);
        }
        return learned;
    }

    // Entries whose count has changed since are dropped here; the pair was offered again when it changed.
    private bool TryMostFrequent(out (int Left, int Right) pair)
    {
        while (_queue.TryDequeue(out pair, out (int Count, int Left, int Right) priority))
        {
            if (_counts.GetValueOrDefault(pair) == -priority.Count)
                return true;
        }
        return false;
    }

    private void Join((int Left, int Right) pair, int joined)
    {
        HashSet<(int Left, int Right)> changed = [];
        foreach (int word in _places[pair].ToArray())
        {
            changed.UnionWith(PairsOf(_words[word].Symbols));
            Count(word, -1);
            _words[word] = (Replace(_words[word].Symbols, pair, joined), _words[word].Count);
            Count(word, +1);
            changed.UnionWith(PairsOf(_words[word].Symbols));
        }
        _counts.Remove(pair);
        _places.Remove(pair);
        foreach ((int Left, int Right) other in changed)
            Offer(other);
    }

    private void Count(int word, int sign)
    {
        foreach ((int Left, int Right) pair in PairsOf(_words[word].Symbols))
        {
            _counts[pair] = _counts.GetValueOrDefault(pair) + sign * _words[word].Count;
            if (sign > 0 && !_places.TryAdd(pair, [word]))
                _places[pair].Add(word);
            else if (sign < 0)
                _places[pair].Remove(word);
        }
    }

    // Ties go to the symbols that came first, so that the order of the texts does not matter.
    private void Offer((int Left, int Right) pair)
    {
        if (_counts.TryGetValue(pair, out int count) && count > 0)
            _queue.Enqueue(pair, (-count, pair.Left, pair.Right));
    }

    private static IEnumerable<(int Left, int Right)> PairsOf(int[] symbols)
    {
        for (int i = 0; i + 1 < symbols.Length; i++)
            yield return (symbols[i], symbols[i + 1]);
    }

    private static int[] Replace(int[] symbols, (int Left, int Right) pair, int joined)
    {
        List<int> result = new(symbols.Length);
        for (int i = 0; i < symbols.Length; i++)
        {
            bool matches = i + 1 < symbols.Length && (symbols[i], symbols[i + 1]) == pair;
            result.Add(matches ? joined : symbols[i]);
            i += matches ? 1 : 0;
        }
        return result.ToArray();
    }
}
