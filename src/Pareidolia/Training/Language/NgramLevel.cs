namespace Pareidolia.Training.Language;

/// <summary>All n-grams of one length, each by its context (a place in the level before) and its last token.</summary>
internal sealed class NgramLevel
{
    private readonly Dictionary<ulong, int> _places = [];
    private readonly List<int> _counts = [];
    private readonly List<int> _before = [];
    private Context[] _contexts = [];
    private double[] _discounts = [];
    private List<int> _weights = [];

    /// <summary>How many different n-grams there are.</summary>
    public int Size => _counts.Count;

    /// <summary>Counts an n-gram once more; true where it is the first time.</summary>
    public bool Add(int context, int id, out int place)
    {
        bool isNew = !_places.TryGetValue(Key(context, id), out place);
        if (isNew)
        {
            place = _counts.Count;
            _places.Add(Key(context, id), place);
            _counts.Add(0);
            _before.Add(0);
        }
        _counts[place]++;
        return isNew;
    }

    /// <summary>One more token was seen before an n-gram.</summary>
    public void AddBefore(int place) => _before[place]++;

    /// <summary>The place of an n-gram.</summary>
    public bool TryFind(int context, int id, out int place) => _places.TryGetValue(Key(context, id), out place);

    /// <summary>Ends the counting; the longest n-grams weigh by how often they occur, the others by how many tokens were seen before them.</summary>
    public void Close(int contexts, bool isHighest)
    {
        _weights = isHighest ? _counts : _before;
        _contexts = new Context[contexts];
        int[] sizes = new int[5];
        foreach ((ulong key, int place) in _places)
        {
            int weight = _weights[place];
            _contexts[(int)(key >> 32)].Add(weight);
            if (weight < sizes.Length)
                sizes[weight]++;
        }
        _discounts = Discounts(sizes);
    }

    /// <summary>The discounted share of a token in its context, and what the discounts left by the shorter context's guess.</summary>
    public double Probability(int context, int id, double shorter)
    {
        Context seen = _contexts[context];
        if (seen.Total == 0)
            return shorter;
        double own = _places.TryGetValue(Key(context, id), out int place) ? _weights[place] - _discounts[Math.Min(_weights[place], 3)] : 0;
        double left = (_discounts[1] * seen.Ones) + (_discounts[2] * seen.Twos) + (_discounts[3] * seen.More);
        return (Math.Max(0, own) + (left * shorter)) / seen.Total;
    }

    // From the numbers of n-grams that weigh 1, 2, 3 and 4; where a text is too small to have them, one half is taken off all.
    private static double[] Discounts(int[] sizes)
    {
        if (sizes[1] == 0 || sizes[2] == 0 || sizes[3] == 0)
            return [0, 0.5, 0.5, 0.5];
        double y = sizes[1] / (sizes[1] + (2.0 * sizes[2]));
        double Of(int weight) => Math.Clamp(weight - ((weight + 1) * y * sizes[weight + 1] / sizes[weight]), 0, weight);
        return [0, Of(1), Of(2), Of(3)];
    }

    private static ulong Key(int context, int id) => ((ulong)context << 32) | (uint)id;

    private struct Context
    {
        public int Total;
        public int Ones;
        public int Twos;
        public int More;

        public void Add(int weight)
        {
            Total += weight;
            Ones += weight == 1 ? 1 : 0;
            Twos += weight == 2 ? 1 : 0;
            More += weight > 2 ? 1 : 0;
        }
    }
}
