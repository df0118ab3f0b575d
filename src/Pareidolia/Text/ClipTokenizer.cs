using System.Collections.Concurrent;
using System.Text;

namespace Pareidolia.Text;

/// <summary>
/// CLIP's byte-level BPE tokenizer (Radford et al. 2021, https://arxiv.org/abs/2103.00020): ids as OpenAI's code and the
/// CLIPTokenizer of transformers give them. Safe for several threads at once.
/// </summary>
public sealed class ClipTokenizer
{
    // Prompts repeat their words; what is long or comes late is not worth the memory.
    private const int CachedWords = 65536, CachedWordLength = 64;

    private readonly BytePairMerges _merges;
    private readonly int[] _ids;
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<string, int> _special = [];
    private readonly ConcurrentDictionary<string, int[]> _cache = new();

    /// <summary>Makes a tokenizer from its tables.</summary>
    /// <exception cref="PareidoliaException">A special token has no id, or a merge joins symbols that do not exist.</exception>
    public ClipTokenizer(ClipVocabulary vocabulary)
    {
        Vocabulary = vocabulary;
        Bos = IdOf("start token", vocabulary.BosToken);
        Eos = IdOf("end token", vocabulary.EosToken);
        Pad = IdOf("padding token", vocabulary.PadToken);
        int unknown = IdOf("unknown token", vocabulary.UnknownToken);
        _merges = new BytePairMerges(vocabulary.Merges);
        _ids = _merges.Names.Select(name => vocabulary.Ids.GetValueOrDefault(name, unknown)).ToArray();
        foreach (KeyValuePair<string, int> entry in vocabulary.Ids)
            _names[entry.Value] = entry.Key;
        foreach (string literal in (string[])[ClipWords.Start, ClipWords.End])
        {
            if (vocabulary.Ids.TryGetValue(literal, out int id))
                _special[literal] = id;
        }
    }

    /// <summary>The tables.</summary>
    public ClipVocabulary Vocabulary { get; }

    /// <summary>Id of the start token.</summary>
    public int Bos { get; }

    /// <summary>Id of the end token.</summary>
    public int Eos { get; }

    /// <summary>Id of the padding token.</summary>
    public int Pad { get; }

    /// <summary>Context length, start and end included.</summary>
    public int MaxLength => Vocabulary.MaxLength;

    /// <summary>Reads a Hugging Face tokenizer folder or OpenAI's <c>bpe_simple_vocab_16e6.txt.gz</c>.</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged.</exception>
    public static ClipTokenizer Load(string path) => new(ClipVocabulary.Load(path));

    /// <summary>All tokens of a prompt of any length, each with the part of the prompt that it came from.</summary>
    public Tokens Tokenize(string prompt)
    {
        TracedText text = ClipNormalizer.Normalize(prompt);
        List<Token> tokens = [];
        foreach ((int start, int end) in ClipWords.Split(text.Text))
            AddWord(tokens, text, start, end);
        return new Tokens(prompt, tokens, Bos, Eos, Pad);
    }

    /// <summary>Start token, prompt, end token and padding, cut to the context: what the text encoder reads.</summary>
    /// <param name="prompt">Any text, empty too.</param>
    /// <param name="maxLength">Number of ids, at least 2; null takes <see cref="MaxLength"/>.</param>
    /// <param name="pad">Padding id; null takes <see cref="Pad"/>.</param>
    public int[] Encode(string prompt, int? maxLength = null, int? pad = null) => Tokenize(prompt).Padded(maxLength ?? MaxLength, pad);

    /// <summary>The text of a row of ids, as CLIP decodes it: a space behind every word. Ids that the vocabulary lacks are left out.</summary>
    public string Decode(ReadOnlySpan<int> ids)
    {
        List<byte> bytes = [];
        foreach (int id in ids)
        {
            foreach (char character in _names.GetValueOrDefault(id, ""))
            {
                if (ByteAlphabet.TryByte(character, out byte value))
                    bytes.Add(value);
            }
        }
        return Encoding.UTF8.GetString(bytes.ToArray()).Replace(ByteAlphabet.WordEnd, " ", StringComparison.Ordinal);
    }

    private void AddWord(List<Token> tokens, TracedText text, int start, int end)
    {
        string word = text.Text[start..end];
        if (_special.TryGetValue(word, out int special))
        {
            tokens.Add(new Token(special, text.StartOf(start), text.EndOf(end - 1)));
            return;
        }
        int[] places = PlaceOfBytes(word);
        int from = 0;
        foreach (int symbol in Symbols(word))
        {
            int to = from + _merges.ByteCount(symbol);
            int last = start + places[to - 1];
            last += char.IsHighSurrogate(text.Text[last]) ? 1 : 0;
            tokens.Add(new Token(_ids[symbol], text.StartOf(start + places[from]), text.EndOf(last)));
            from = to;
        }
    }

    // For every byte of the word's UTF-8 form the place of its character in the word.
    private static int[] PlaceOfBytes(string word)
    {
        List<int> places = new(word.Length);
        for (int i = 0; i < word.Length; i += char.IsHighSurrogate(word[i]) ? 2 : 1)
            places.AddRange(Enumerable.Repeat(i, Rune.GetRuneAt(word, i).Utf8SequenceLength));
        return places.ToArray();
    }

    private int[] Symbols(string word)
    {
        if (_cache.TryGetValue(word, out int[]? symbols))
            return symbols;
        symbols = _merges.Apply(Encoding.UTF8.GetBytes(word));
        if (word.Length <= CachedWordLength && _cache.Count < CachedWords)
            _cache[word] = symbols;
        return symbols;
    }

    private int IdOf(string role, string token) => Vocabulary.Ids.TryGetValue(token, out int id) ? id
        : throw new PareidoliaException($"The tokenizer's {role} is '{token}', but its vocabulary of {Vocabulary.Ids.Count} symbols does not have it.");
}
