namespace Pareidolia.Text.Prompts;

/// <summary>
/// A prompt of any length in the chunks of the AUTOMATIC1111 web UI: a full chunk ends at its last comma if at most 20 tokens stand behind it;
/// <c>BREAK</c> ends one early; a learned word is called by its bare name and stays in one chunk.
/// </summary>
internal sealed class WebUiChunks
{
    private const int LookBack = 20;

    private readonly ClipTokenizer _tokenizer;
    private readonly int _length;
    private readonly int _comma;
    private readonly ILookup<int, (int[] Ids, LearnedWord Word)> _learned;
    private readonly List<TokenChunk> _chunks = [];
    private List<PromptToken> _chunk = [];
    private int _lastComma = -1;

    private WebUiChunks(ClipTokenizer tokenizer, int length, IEnumerable<LearnedWord> learned)
    {
        (_tokenizer, _length) = (tokenizer, length - 2);
        _comma = Ids(",") is [int comma] ? comma : -1;
        _learned = learned.Select(word => (Ids: Ids(word.Name), word)).Where(row => row.Ids.Length > 0)
            .OrderByDescending(row => row.Ids.Length).ToLookup(row => row.Ids[0]);
    }

    /// <summary>Cuts a prompt.</summary>
    /// <param name="parts">From <see cref="WebUiEmphasis.Parse"/>.</param>
    /// <param name="tokenizer">The encoder's.</param>
    /// <param name="length">Tokens of a chunk, start and end included.</param>
    /// <param name="learned">Words that stand for rows of their own.</param>
    /// <returns>At least one chunk.</returns>
    public static IReadOnlyList<TokenChunk> Cut(
        IReadOnlyList<WeightedText> parts, ClipTokenizer tokenizer, int length, IEnumerable<LearnedWord> learned)
    {
        WebUiChunks cut = new(tokenizer, length, learned);
        foreach (WeightedText part in parts)
        {
            if (part.IsBreak)
                cut.EndChunk();
            else
                cut.Add(cut.Ids(part.Text), part.Weight);
        }
        if (cut._chunk.Count > 0 || cut._chunks.Count == 0)
            cut.EndChunk();
        return cut._chunks;
    }

    private int[] Ids(string text) => [.. _tokenizer.Tokenize(text).Items.Select(token => token.Id)];

    private void Add(int[] ids, double weight)
    {
        for (int at = 0; at < ids.Length;)
        {
            if (ids[at] == _comma)
                _lastComma = _chunk.Count;
            else if (_chunk.Count == _length && _lastComma >= 0 && _chunk.Count - _lastComma <= LookBack)
                EndChunkAtComma();
            if (_chunk.Count == _length)
                EndChunk();
            at += AddAt(ids, at, weight);
        }
    }

    // The token at a place, or the learned word whose name stands there: how many of the ids that took.
    private int AddAt(int[] ids, int at, double weight)
    {
        (int[] name, LearnedWord? word) = _learned[ids[at]].FirstOrDefault(row => ids.AsSpan(at).StartsWith(row.Ids));
        if (word is null)
        {
            _chunk.Add(new PromptToken(ids[at], weight));
            return 1;
        }
        if (_chunk.Count + word.Rows > _length)
            EndChunk();
        _chunk.AddRange(Enumerable.Range(0, word.Rows).Select(row => new PromptToken(0, weight, word, row)));
        return name.Length;
    }

    private void EndChunkAtComma()
    {
        List<PromptToken> moved = _chunk[(_lastComma + 1)..];
        _chunk.RemoveRange(_lastComma + 1, moved.Count);
        EndChunk();
        _chunk = moved;
    }

    private void EndChunk()
    {
        _chunks.Add(TokenChunk.Framed(_chunk, _tokenizer, _length + 2));
        _chunk = [];
        _lastComma = -1;
    }
}
