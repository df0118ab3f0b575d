using System.Collections.Concurrent;
using System.Text;

namespace Pareidolia.Text;

/// <summary>
/// GPT-2's byte-level BPE (Radford et al. 2019, https://github.com/openai/gpt-2): any text becomes ids and comes back unchanged. Safe for
/// several threads at once.
/// </summary>
public sealed class Gpt2Tokenizer
{
    private const int CachedWords = 65536, CachedWordLength = 64;

    private readonly BytePairMerges _merges;
    private readonly int[] _ids;
    private readonly Dictionary<int, string> _names = [];
    private readonly ConcurrentDictionary<string, int[]> _cache = new();

    /// <summary>Makes a tokenizer from its tables.</summary>
    /// <exception cref="PareidoliaException">The vocabulary lacks a symbol that its merges make, or the token that ends a text.</exception>
    public Gpt2Tokenizer(Gpt2Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Vocabulary = vocabulary;
        _merges = new BytePairMerges(vocabulary.Merges, marksWordEnds: false);
        _ids = [.. _merges.Names.Select(IdOf)];
        End = IdOf(Gpt2Vocabulary.EndToken);
        foreach ((string name, int id) in vocabulary.Ids)
            _names[id] = name;
    }

    /// <summary>The tables.</summary>
    public Gpt2Vocabulary Vocabulary { get; }

    /// <summary>Id of the token between texts.</summary>
    public int End { get; }

    /// <summary>Reads a tokenizer's folder.</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged.</exception>
    public static Gpt2Tokenizer Load(string folder) => new(Gpt2Vocabulary.Load(folder));

    /// <summary>The ids of a text. The end token's name in the text is plain text here, as in OpenAI's code.</summary>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string formed = CharacterKinds.WellFormed(text);
        List<int> ids = new(formed.Length / 3);
        foreach ((int start, int end) in Gpt2Words.Split(formed))
            ids.AddRange(IdsOf(formed[start..end]));
        return [.. ids];
    }

    /// <summary>The text of a row of ids; bytes that are no UTF-8, such as the start of a cut character, become U+FFFD.</summary>
    /// <exception cref="PareidoliaException">An id is not of the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        List<byte> bytes = new(ids.Length * 4);
        foreach (int id in ids)
            AddBytes(id, bytes);
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private void AddBytes(int id, List<byte> bytes)
    {
        string name = _names.GetValueOrDefault(id) ?? throw new PareidoliaException($"The vocabulary of {_names.Count} tokens has no token {id}.");
        if (id == End)
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(name));
            return;
        }
        foreach (char character in name)
            if (ByteAlphabet.TryByte(character, out byte value))
                bytes.Add(value);
    }

    private int[] IdsOf(string word)
    {
        if (_cache.TryGetValue(word, out int[]? ids))
            return ids;
        ids = Array.ConvertAll(_merges.Apply(Encoding.UTF8.GetBytes(word)), symbol => _ids[symbol]);
        if (word.Length <= CachedWordLength && _cache.Count < CachedWords)
            _cache[word] = ids;
        return ids;
    }

    private int IdOf(string name) => Vocabulary.Ids.TryGetValue(name, out int id) ? id
        : throw new PareidoliaException($"The tokenizer's vocabulary of {Vocabulary.Ids.Count} symbols has no '{name}', which it needs.");
}
