namespace Pareidolia.Text;

/// <summary>
/// BERT's WordPiece tokenizer (https://arxiv.org/abs/1810.04805): of every word the longest piece that the vocabulary has, then the longest of
/// the rest. Safe for several threads at once.
/// </summary>
public sealed class WordPieceTokenizer
{
    // A longer word is unknown as a whole.
    private const int LongestWord = 100;

    private readonly Dictionary<string, int> _ids = [];
    private readonly int _longestPiece;

    /// <summary>Makes a tokenizer from its pieces.</summary>
    /// <exception cref="PareidoliaException">A special token is missing.</exception>
    public WordPieceTokenizer(WordPieceVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Vocabulary = vocabulary;
        for (int id = 0; id < vocabulary.Pieces.Count; id++)
            _ids[vocabulary.Pieces[id]] = id;
        _longestPiece = vocabulary.Pieces.Max(piece => piece.Length);
        (Pad, Unknown, Start, End, Mask) = (IdOf("[PAD]"), IdOf("[UNK]"), IdOf("[CLS]"), IdOf("[SEP]"), IdOf("[MASK]"));
    }

    /// <summary>The pieces.</summary>
    public WordPieceVocabulary Vocabulary { get; }

    /// <summary>Id of <c>[PAD]</c>.</summary>
    public int Pad { get; }

    /// <summary>Id of <c>[UNK]</c>.</summary>
    public int Unknown { get; }

    /// <summary>Id of <c>[CLS]</c>, which starts a text.</summary>
    public int Start { get; }

    /// <summary>Id of <c>[SEP]</c>, which ends one.</summary>
    public int End { get; }

    /// <summary>Id of <c>[MASK]</c>, which stands for a hidden piece.</summary>
    public int Mask { get; }

    /// <summary>Reads <c>vocab.txt</c> or a folder with it.</summary>
    /// <exception cref="PareidoliaException">It is missing or damaged.</exception>
    public static WordPieceTokenizer Load(string path) => new(WordPieceVocabulary.Load(path));

    /// <summary>The ids of a text's pieces, without start and end; the names of special tokens in the text are these tokens.</summary>
    public int[] Tokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> ids = [];
        for (int start = 0; start < text.Length;)
        {
            (int at, string name) = NextSpecial(text, start);
            AddWords(text[start..at], ids);
            if (name.Length > 0)
                ids.Add(_ids[name]);
            start = at + name.Length;
        }
        return [.. ids];
    }

    /// <summary>Start, text, end.</summary>
    public int[] Encode(string text) => [Start, .. Tokenize(text), End];

    /// <summary>Start, a text, end, a second text, end; and for each token whether it is of the second (1) or not (0).</summary>
    public (int[] Ids, int[] Types) EncodePair(string text, string second)
    {
        int[] first = Encode(text), rest = [.. Tokenize(second), End];
        return ([.. first, .. rest], [.. Enumerable.Repeat(0, first.Length), .. Enumerable.Repeat(1, rest.Length)]);
    }

    /// <summary>The text of a row of ids: words with spaces between them.</summary>
    /// <exception cref="PareidoliaException">An id is not of the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        System.Text.StringBuilder text = new();
        foreach (int id in ids)
        {
            string piece = Name(id);
            bool goesOn = piece.StartsWith("##", StringComparison.Ordinal);
            text.Append(text.Length > 0 && !goesOn ? " " : "").Append(goesOn ? piece[2..] : piece);
        }
        return text.ToString();
    }

    /// <summary>A piece as it stands in the vocabulary.</summary>
    /// <exception cref="PareidoliaException">The id is not of the vocabulary.</exception>
    public string Name(int id) => (uint)id < (uint)Vocabulary.Pieces.Count ? Vocabulary.Pieces[id]
        : throw new PareidoliaException($"The vocabulary of {Vocabulary.Pieces.Count} pieces has no piece {id}.");

    private static (int At, string Name) NextSpecial(string text, int start)
    {
        (int At, string Name) next = (text.Length, "");
        foreach (string name in WordPieceVocabulary.Special)
        {
            int at = text.IndexOf(name, start, StringComparison.Ordinal);
            if (at >= 0 && at < next.At)
                next = (at, name);
        }
        return next;
    }

    private void AddWords(string text, List<int> ids)
    {
        foreach (string word in BertNormalizer.Words(text, Vocabulary.LowerCase))
        {
            int before = ids.Count;
            if (CharactersOf(word) <= LongestWord && TryPieces(word, ids))
                continue;
            ids.RemoveRange(before, ids.Count - before);
            ids.Add(Unknown);
        }
    }

    private bool TryPieces(string word, List<int> ids)
    {
        for (int start = 0; start < word.Length;)
        {
            int end = Math.Min(word.Length, start + _longestPiece);
            int id = -1;
            while (end > start && !_ids.TryGetValue((start > 0 ? "##" : "") + word[start..end], out id))
                end--;
            if (end == start)
                return false;
            ids.Add(id);
            start = end;
        }
        return true;
    }

    private static int CharactersOf(string word) => word.Length - word.Count(char.IsLowSurrogate);

    private int IdOf(string name) => _ids.TryGetValue(name, out int id) ? id
        : throw new PareidoliaException($"The vocabulary of {Vocabulary.Pieces.Count} pieces has no '{name}', which every BERT vocabulary has.");
}
