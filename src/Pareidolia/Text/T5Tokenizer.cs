using System.Text;

namespace Pareidolia.Text;

/// <summary>
/// T5's sentencepiece tokenizer: of all ways to cut a text into pieces the most probable one (Kudo 2018, https://arxiv.org/abs/1804.10959).
/// Safe for several threads at once.
/// </summary>
public sealed class T5Tokenizer
{
    private const char Space = '▁';

    // What has no piece is this much less probable than the rarest piece.
    private const float UnknownPenalty = 10;

    private readonly CharacterMap _map;
    private readonly Dictionary<string, int> _ids = [];
    private readonly Dictionary<string, int> _special = [];
    private readonly int _longest;
    private readonly float _unknownScore;

    /// <summary>Makes a tokenizer from its pieces.</summary>
    /// <exception cref="PareidoliaException">The end or the unknown token is missing, or the character map is damaged.</exception>
    public T5Tokenizer(UnigramVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Vocabulary = vocabulary;
        _map = new CharacterMap(vocabulary.CharacterMap.ToArray());
        _unknownScore = -UnknownPenalty;
        foreach ((int id, UnigramPiece piece) in vocabulary.Pieces.Index())
        {
            if (vocabulary.Special.Contains(piece.Text))
            {
                _special.TryAdd(piece.Text, id);
                continue;
            }
            _ids.TryAdd(piece.Text, id);
            _longest = Math.Max(_longest, piece.Text.Length);
            _unknownScore = Math.Min(_unknownScore, piece.Score - UnknownPenalty);
        }
        (End, Unknown, Pad) = (SpecialId(UnigramVocabulary.EndToken), SpecialId(UnigramVocabulary.UnknownToken), SpecialId(UnigramVocabulary.PadToken));
    }

    /// <summary>The pieces.</summary>
    public UnigramVocabulary Vocabulary { get; }

    /// <summary>Id of the token that ends a text.</summary>
    public int End { get; }

    /// <summary>Id of what has no piece.</summary>
    public int Unknown { get; }

    /// <summary>Id of padding.</summary>
    public int Pad { get; }

    /// <summary>Reads a <c>tokenizer.json</c> or a folder with one.</summary>
    /// <exception cref="PareidoliaException">It is missing or damaged.</exception>
    public static T5Tokenizer Load(string path) => new(UnigramVocabulary.Load(path));

    /// <summary>Id of a special token.</summary>
    /// <exception cref="PareidoliaException">The vocabulary does not have it.</exception>
    public int SpecialId(string name) => _special.TryGetValue(name, out int id) ? id
        : throw new PareidoliaException($"The T5 vocabulary of {Vocabulary.Pieces.Count} pieces has no '{name}', which it needs.");

    /// <summary>The ids of a text, the end token last. Special names in the text are plain text.</summary>
    public int[] Encode(string text) => [.. Tokenize(text), End];

    /// <summary>The ids of a text without the end token.</summary>
    public int[] Tokenize(string text) => [.. Locate(text).Select(token => token.Id)];

    /// <summary>The tokens of a text without the end token, with their places in it.</summary>
    internal IReadOnlyList<Token> Locate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        TracedText normalized = Normalize(CharacterKinds.WellFormed(text));
        List<Token> tokens = [];
        foreach ((int start, int end, int id) in BestPath(normalized.Text))
        {
            Token token = Located(normalized, start, end, id);
            // What has no piece is one token, however long it is.
            if (id == Unknown && tokens.Count > 0 && tokens[^1].Id == Unknown)
                tokens[^1] = tokens[^1] with { End = token.End };
            else
                tokens.Add(token);
        }
        return tokens;
    }

    /// <summary>Exactly <paramref name="length"/> ids: the text cut or padded, the end token behind it; and 1 for each that counts.</summary>
    public (int[] Ids, int[] Mask) Padded(string text, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        int[] ids = [.. Tokenize(text).Take(length - 1), End];
        int padding = length - ids.Length;
        return ([.. ids, .. Enumerable.Repeat(Pad, padding)], [.. Enumerable.Repeat(1, ids.Length), .. Enumerable.Repeat(0, padding)]);
    }

    /// <summary>The text of a row of ids.</summary>
    /// <exception cref="PareidoliaException">An id is not of the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        StringBuilder text = new();
        foreach (int id in ids)
            text.Append((uint)id < (uint)Vocabulary.Pieces.Count ? Vocabulary.Pieces[id].Text
                : throw new PareidoliaException($"The T5 vocabulary of {Vocabulary.Pieces.Count} pieces has no piece {id}."));
        return text.ToString().Replace(Space, ' ').TrimStart();
    }

    // The space before a word is in its first piece or a piece of its own: either way the word's place begins behind it.
    private static Token Located(TracedText text, int start, int end, int id)
    {
        int first = start;
        while (text.Text[first] == Space)
            first++;
        return new Token(id, text.StartOf(first), first < end ? text.EndOf(end - 1) : text.StartOf(first));
    }

    // Known forms replaced; a space before the first word and one between words, none at the end.
    private TracedText Normalize(string text)
    {
        ReadOnlyMemory<byte> bytes = Encoding.UTF8.GetBytes(text);
        StringBuilder normalized = new(text.Length + 1);
        List<(int Start, int End)> places = [];
        int place = 0;
        bool afterSpace = true;
        while (bytes.Length > 0)
        {
            (ReadOnlyMemory<byte> written, int read) = _map.Next(bytes);
            int start = place;
            place = Math.Min(text.Length, place + Encoding.UTF8.GetCharCount(bytes.Span[..read]));
            bytes = bytes[read..];
            string part = Encoding.UTF8.GetString(written.Span);
            part = afterSpace ? part.TrimStart(' ') : part;
            if (part.Length == 0)
                continue;
            normalized.Append(normalized.Length == 0 ? Space.ToString() : "").Append(part.Replace(' ', Space));
            places.AddRange(Enumerable.Repeat((start, place), normalized.Length - places.Count));
            afterSpace = part[^1] == ' ';
        }
        return TracedText.From(normalized.ToString().TrimEnd(Space), places);
    }

    // Viterbi: the best score of every beginning of the text, and the piece that it ends with.
    private List<(int Start, int End, int Id)> BestPath(string text)
    {
        float[] scores = new float[text.Length + 1];
        (int Start, int Id)[] last = new (int, int)[text.Length + 1];
        Array.Fill(last, (-1, 0));
        for (int start = 0; start < text.Length; start += Rune.GetRuneAt(text, start).Utf16SequenceLength)
            Extend(text, start, scores, last);
        List<(int Start, int End, int Id)> path = [];
        for (int end = text.Length; end > 0; end = last[end].Start)
            path.Add((last[end].Start, end, last[end].Id));
        path.Reverse();
        return path;
    }

    private void Extend(string text, int start, float[] scores, (int Start, int Id)[] last)
    {
        int single = Rune.GetRuneAt(text, start).Utf16SequenceLength;
        bool hasSingle = false;
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int length = 1; length <= _longest && start + length <= text.Length; length++)
        {
            if (!ids.TryGetValue(text.AsSpan(start, length), out int id))
                continue;
            hasSingle |= length == single;
            // Sentencepiece adds in double precision here and keeps the sum as float: with it, ties between paths fall as there.
            Offer(start, start + length, id, (double)scores[start] + Vocabulary.Pieces[id].Score, scores, last);
        }
        if (!hasSingle)
            Offer(start, start + single, Unknown, scores[start] + _unknownScore, scores, last);
    }

    private static void Offer(int start, int end, int id, double candidate, float[] scores, (int Start, int Id)[] last)
    {
        if (last[end].Start >= 0 && candidate <= scores[end])
            return;
        scores[end] = (float)candidate;
        last[end] = (start, id);
    }
}
