namespace Pareidolia.Text;

/// <summary>
/// Joins the bytes of a word by a ranked list of pairs, lowest rank first (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909).
/// A symbol is an index here: 0..255 a byte, then, where the vocabulary marks the ends of words, 256..511 a byte that ends one, above that what
/// the merges make.
/// </summary>
internal sealed class BytePairMerges
{
    private readonly Dictionary<(int Left, int Right), (int Rank, int Joined)> _pairs = [];
    private readonly List<string> _names = [];
    private readonly List<int> _byteCounts = [];

    private readonly int _wordEnd;

    /// <param name="merges">Pairs to join, the first one first.</param>
    /// <param name="marksWordEnds">Whether a word's last symbol ends in <c>&lt;/w&gt;</c>, as in CLIP's vocabularies and not in GPT-2's.</param>
    public BytePairMerges(IReadOnlyList<BytePair> merges, bool marksWordEnds = true)
    {
        _wordEnd = marksWordEnds ? 256 : 0;
        Dictionary<string, int> symbols = [];
        for (int ending = 0; ending <= _wordEnd / 256; ending++)
        {
            for (int value = 0; value < 256; value++)
                Intern(symbols, ByteAlphabet.Character((byte)value) + (ending == 1 ? ByteAlphabet.WordEnd : ""), 1);
        }
        for (int rank = 0; rank < merges.Count; rank++)
            Add(symbols, merges[rank], rank);
    }

    /// <summary>The symbol as it stands in a vocabulary.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>How many bytes of the word a symbol stands for.</summary>
    public int ByteCount(int symbol) => _byteCounts[symbol];

    /// <summary>The symbols of a word, given as the bytes of its UTF-8 form; O(n log n) for any length.</summary>
    public int[] Apply(ReadOnlySpan<byte> word)
    {
        int[] symbols = new int[word.Length];
        for (int i = 0; i < word.Length; i++)
            symbols[i] = word[i] + (i == word.Length - 1 ? _wordEnd : 0);
        return word.Length < 2 ? symbols : new Chain(this, symbols).Merge();
    }

    private void Add(Dictionary<string, int> symbols, BytePair pair, int rank)
    {
        if (!symbols.TryGetValue(pair.Left, out int left) || !symbols.TryGetValue(pair.Right, out int right))
            throw new PareidoliaException($"Merge {rank + 1} joins '{pair.Left}' and '{pair.Right}', but no earlier merge or byte makes one of them.");
        int joined = Intern(symbols, pair.Left + pair.Right, _byteCounts[left] + _byteCounts[right]);
        _pairs.TryAdd((left, right), (rank, joined));
    }

    private int Intern(Dictionary<string, int> symbols, string name, int byteCount)
    {
        if (symbols.TryGetValue(name, out int symbol))
            return symbol;
        symbols[name] = _names.Count;
        _names.Add(name);
        _byteCounts.Add(byteCount);
        return _names.Count - 1;
    }

    // A word as a linked list, and its pairs in a queue by rank, then by place.
    private sealed class Chain
    {
        private readonly BytePairMerges _merges;
        private readonly int[] _symbols;
        private readonly int[] _next;
        private readonly int[] _previous;
        private readonly PriorityQueue<(int Rank, int Place), long> _queue = new();

        public Chain(BytePairMerges merges, int[] symbols)
        {
            _merges = merges;
            _symbols = symbols;
            _next = Enumerable.Range(1, symbols.Length).ToArray();
            _previous = Enumerable.Range(-1, symbols.Length).ToArray();
            for (int i = 0; i < symbols.Length; i++)
                Offer(i);
        }

        // All pairs of one rank are joined, from the left, before those that they make are looked at.
        public int[] Merge()
        {
            List<int> joined = [];
            while (_queue.TryPeek(out (int Rank, int Place) lowest, out _))
            {
                joined.Clear();
                while (_queue.TryPeek(out (int Rank, int Place) same, out _) && same.Rank == lowest.Rank)
                {
                    _queue.Dequeue();
                    if (TryJoin(same.Place, same.Rank))
                        joined.Add(same.Place);
                }
                joined.ForEach(OfferAround);
            }
            return Remaining().ToArray();
        }

        private bool TryJoin(int place, int rank)
        {
            if (!TryPair(place, out (int Rank, int Joined) pair) || pair.Rank != rank)
                return false;
            int right = _next[place];
            _symbols[place] = pair.Joined;
            _symbols[right] = -1;
            _next[place] = _next[right];
            if (_next[place] < _symbols.Length)
                _previous[_next[place]] = place;
            return true;
        }

        private void OfferAround(int place)
        {
            if (_previous[place] >= 0)
                Offer(_previous[place]);
            Offer(place);
        }

        private void Offer(int place)
        {
            if (TryPair(place, out (int Rank, int Joined) pair))
                _queue.Enqueue((pair.Rank, place), ((long)pair.Rank << 32) | (uint)place);
        }

        private bool TryPair(int place, out (int Rank, int Joined) pair)
        {
            pair = default;
            return _symbols[place] >= 0 && _next[place] < _symbols.Length
                && _merges._pairs.TryGetValue((_symbols[place], _symbols[_next[place]]), out pair);
        }

        private IEnumerable<int> Remaining()
        {
            for (int i = 0; i < _symbols.Length; i = _next[i])
                yield return _symbols[i];
        }
    }
}
