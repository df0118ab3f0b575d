namespace Pareidolia.Text;

/// <summary>
/// Learns a WordPiece vocabulary: the characters of the texts, then the most frequent pairs of neighbouring pieces, joined again and again, as
/// the public trainers do it. The result depends on the words and their counts alone, not on their order.
/// </summary>
public static class WordPieceTrainer
{
    /// <summary>Learns a vocabulary of lower-case pieces.</summary>
    /// <param name="texts">Any texts.</param>
    /// <param name="vocabularySize">Pieces in all, special tokens included; fewer result where the texts run out of pairs.</param>
    /// <param name="minimumCount">A pair that is rarer is not joined.</param>
    /// <exception cref="PareidoliaException">The size is not above the number of characters that the texts use.</exception>
    public static WordPieceVocabulary Train(IEnumerable<string> texts, int vocabularySize, int minimumCount = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumCount, 1);
        Dictionary<string, int> words = [];
        foreach (string word in texts.SelectMany(text => BertNormalizer.Words(text, lowerCase: true)))
            words[word] = words.GetValueOrDefault(word) + 1;
        string[] characters = [.. words.Keys.SelectMany(Characters).Distinct().Order(StringComparer.Ordinal)];
        int room = vocabularySize - WordPieceVocabulary.Special.Count - characters.Length;
        if (room <= 0)
            throw new PareidoliaException($"A vocabulary of {vocabularySize} pieces has no room for the {characters.Length} characters of the texts and {WordPieceVocabulary.Special.Count} special tokens.");
        Dictionary<string, int> places = characters.Index().ToDictionary(row => row.Item, row => row.Index);
        PairLearner learner = new(characters, words.Select(word => (Symbols(word.Key, places), word.Value)), (left, right) => left + right[2..]);
        learner.Learn(room, minimumCount);
        return new WordPieceVocabulary([.. WordPieceVocabulary.Special, .. learner.Names]);
    }

    private static int[] Symbols(string word, Dictionary<string, int> places) => [.. Characters(word).Select(name => places[name])];

    private static IEnumerable<string> Characters(string word) =>
        word.EnumerateRunes().Select((rune, i) => (i > 0 ? "##" : "") + rune);
}
