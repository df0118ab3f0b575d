using System.Text.RegularExpressions;

namespace Pareidolia.Text.Prompts;

/// <summary>
/// A prompt of any length in the chunks of ComfyUI: a part of fewer than 8 tokens moves to the next chunk as a whole, longer ones are cut where
/// the chunk is full; <c>embedding:name</c> is a learned word.
/// </summary>
internal sealed partial class ComfyChunks(ClipTokenizer tokenizer, int length, IReadOnlyDictionary<string, LearnedWord> learned)
{
    private const string Marker = "embedding:";
    private const int LongPart = 8;

    private readonly List<TokenChunk> _chunks = [];
    private readonly List<PromptToken> _chunk = [];

    /// <summary>Cuts a prompt.</summary>
    /// <param name="parts">From <see cref="ComfyEmphasis.Parse"/>.</param>
    /// <param name="tokenizer">The encoder's.</param>
    /// <param name="length">Tokens of a chunk, start and end included.</param>
    /// <param name="learned">Words that stand for rows of their own, by name.</param>
    /// <returns>At least one chunk.</returns>
    /// <exception cref="PareidoliaException">The prompt names a learned word that is not there.</exception>
    public static IReadOnlyList<TokenChunk> Cut(
        IReadOnlyList<WeightedText> parts, ClipTokenizer tokenizer, int length, IReadOnlyDictionary<string, LearnedWord> learned)
    {
        ComfyChunks cut = new(tokenizer, length, learned);
        foreach (WeightedText part in parts)
            foreach (string word in Before().Split(part.Text).Where(word => word.Length > 0))
                cut.AddWord(word, part.Weight);
        cut.EndChunk();
        return cut._chunks;
    }

    [GeneratedRegex(@"[ \n](?=embedding:)")]
    private static partial Regex Before();

    private void AddWord(string word, double weight)
    {
        if (word.StartsWith(Marker, StringComparison.Ordinal))
            word = AddLearned(word[Marker.Length..], weight);
        if (word.Length > 0)
            Add([.. tokenizer.Tokenize(word).Items.Select(token => new PromptToken(token.Id, weight))]);
    }

    // What is left behind the name; a comma that clings to it is text.
    private string AddLearned(string text, double weight)
    {
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string name = words.Length > 0 ? words[0] : "", rest = string.Join(' ', words.Skip(1));
        if (!learned.TryGetValue(name, out LearnedWord? found))
        {
            string bare = name.Trim(',');
            if (!learned.TryGetValue(bare, out found))
                throw new PareidoliaException(learned.Count == 0
                    ? $"The prompt asks for {Marker}{bare}, but there is no folder of embeddings; name one with --embeddings."
                    : $"The prompt asks for {Marker}{bare}; there are {string.Join(", ", learned.Keys.Order(StringComparer.Ordinal))}.");
            rest = $"{name[bare.Length..]} {rest}";
        }
        Add([.. Enumerable.Range(0, found.Rows).Select(row => new PromptToken(0, weight, found, row))]);
        return rest;
    }

    private void Add(PromptToken[] part)
    {
        bool cuts = part.Length >= LongPart;
        ReadOnlySpan<PromptToken> left = part;
        while (left.Length > 0)
        {
            int room = length - 2 - _chunk.Count;
            int taken = left.Length <= room ? left.Length : cuts ? room : 0;
            _chunk.AddRange(left[..taken]);
            left = left[taken..];
            if (left.Length > 0)
                EndChunk();
        }
    }

    private void EndChunk()
    {
        _chunks.Add(TokenChunk.Framed(_chunk, tokenizer, length));
        _chunk.Clear();
    }
}
