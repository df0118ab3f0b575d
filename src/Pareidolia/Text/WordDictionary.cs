namespace Pareidolia.Text;

/// <summary>The words that a word model knows, in the order of their ids: four special ones, then the most frequent first.</summary>
public sealed class WordDictionary
{
    /// <summary>Stands for any word that is not here.</summary>
    public const string UnknownWord = "[UNK]";

    /// <summary>Stands for a hidden word.</summary>
    public const string MaskWord = "[MASK]";

    /// <summary>Stands between paragraphs.</summary>
    public const string BreakWord = "[END]";

    private static readonly string[] s_special = ["[PAD]", UnknownWord, MaskWord, BreakWord];

    private readonly Dictionary<string, int> _ids;

    /// <summary>Makes a dictionary of its words.</summary>
    /// <exception cref="PareidoliaException">It does not begin with the four special words.</exception>
    public WordDictionary(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (!words.Take(s_special.Length).SequenceEqual(s_special))
            throw new PareidoliaException($"A word dictionary begins with {string.Join(", ", s_special)}; this one of {words.Count} words does not.");
        Words = words;
        _ids = words.Index().ToDictionary(row => row.Item, row => row.Index);
        (Unknown, Mask, Break) = (_ids[UnknownWord], _ids[MaskWord], _ids[BreakWord]);
    }

    /// <summary>All words.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>How many of them are special.</summary>
    public static int SpecialCount => s_special.Length;

    /// <summary>Id of the unknown word.</summary>
    public int Unknown { get; }

    /// <summary>Id of the hidden word.</summary>
    public int Mask { get; }

    /// <summary>Id of what stands between paragraphs.</summary>
    public int Break { get; }

    /// <summary>The most frequent words of some texts; of words equally frequent those first in ordinal order.</summary>
    /// <param name="texts">Any texts.</param>
    /// <param name="size">Words in all, special ones included.</param>
    /// <param name="minimumCount">Rarer words are unknown.</param>
    public static WordDictionary Count(IEnumerable<string> texts, int size, int minimumCount = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, s_special.Length);
        Dictionary<string, int> counts = [];
        foreach ((string word, _, _) in texts.SelectMany(WordSplit.Words))
            counts[word] = counts.GetValueOrDefault(word) + 1;
        IEnumerable<string> frequent = counts.Where(entry => entry.Value >= minimumCount)
            .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Key);
        return new WordDictionary([.. s_special.Concat(frequent).Take(size)]);
    }

    /// <summary>Reads a folder's <c>vocab.txt</c>.</summary>
    /// <exception cref="PareidoliaException">It is missing or damaged.</exception>
    public static WordDictionary Load(string folder) => new(WordPieceVocabulary.LinesOf(Path.Combine(folder, "vocab.txt")));

    /// <summary>Writes <c>vocab.txt</c>, one word a line, atomically.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        WordPieceVocabulary.WriteLines(Path.Combine(folder, "vocab.txt"), Words);
    }

    /// <summary>The id of a word, or that of the unknown one.</summary>
    public int IdOf(string word) => _ids.GetValueOrDefault(word, Unknown);

    /// <summary>Whether a word has an id of its own.</summary>
    public bool Knows(string word) => _ids.ContainsKey(word);

    /// <summary>The ids of a text's words; the name of the hidden word in the text is that word.</summary>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> ids = [];
        string[] parts = text.Split(MaskWord);
        for (int i = 0; i < parts.Length; i++)
        {
            if (i > 0)
                ids.Add(Mask);
            ids.AddRange(WordSplit.Words(parts[i]).Select(row => IdOf(row.Word)));
        }
        return [.. ids];
    }
}
