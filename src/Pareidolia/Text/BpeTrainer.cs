using System.Text;

namespace Pareidolia.Text;

/// <summary>
/// Learns a byte-level vocabulary from texts (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909), in CLIP's format or in GPT-2's. The result
/// depends on the words and their counts alone, not on their order.
/// </summary>
public static class BpeTrainer
{
    /// <summary>The smallest vocabulary in GPT-2's format: bytes and the end of a text.</summary>
    public const int SmallestGpt2 = 256 + 1;

    // Bytes, bytes that end a word, start and end.
    private const int ClipSymbols = 2 * 256 + 2;

    /// <summary>Learns a vocabulary in CLIP's format.</summary>
    /// <param name="texts">Captions; they are normalised and cut into words as the tokenizer does it.</param>
    /// <param name="vocabularySize">Symbols in all, at least 514 (512 bytes and two special tokens); fewer result where the texts run out of pairs.</param>
    /// <param name="minimumCount">A pair that is rarer is not joined.</param>
    public static ClipVocabulary Train(IEnumerable<string> texts, int vocabularySize, int minimumCount = 2)
    {
        Dictionary<string, int> words = Count(texts.Select(text => ClipNormalizer.Normalize(text).Text), ClipWords.Split);
        words.Remove(ClipWords.Start);
        words.Remove(ClipWords.End);
        return ClipVocabulary.FromMerges(Learn(words, marksWordEnds: true, vocabularySize, ClipSymbols, minimumCount));
    }

    /// <summary>Learns a vocabulary in GPT-2's format: a word keeps the space before it, and upper case stays.</summary>
    /// <param name="texts">Any texts.</param>
    /// <param name="vocabularySize">Symbols in all, at least 257 (256 bytes and the end of a text); fewer result where the texts run out of pairs.</param>
    /// <param name="minimumCount">A pair that is rarer is not joined.</param>
    public static Gpt2Vocabulary TrainGpt2(IEnumerable<string> texts, int vocabularySize, int minimumCount = 2) =>
        Gpt2Vocabulary.FromMerges(
            Learn(Count(texts.Select(CharacterKinds.WellFormed), Gpt2Words.Split), marksWordEnds: false, vocabularySize, SmallestGpt2, minimumCount));

    private static List<BytePair> Learn(Dictionary<string, int> words, bool marksWordEnds, int size, int fixedSymbols, int minimumCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, fixedSymbols);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumCount, 1);
        IEnumerable<string> bytes = Enumerable.Range(0, 256).Select(value => ByteAlphabet.Character((byte)value).ToString());
        IEnumerable<string> symbols = marksWordEnds ? bytes.Concat(bytes.Select(name => name + ByteAlphabet.WordEnd)) : bytes;
        PairLearner learner = new(symbols, words.Select(word => (Symbols(word.Key, marksWordEnds), word.Value)), string.Concat);
        return learner.Learn(size - fixedSymbols, minimumCount);
    }

    private static int[] Symbols(string word, bool marksWordEnds)
    {
        int[] symbols = Array.ConvertAll(Encoding.UTF8.GetBytes(word), value => (int)value);
        symbols[^1] += marksWordEnds ? 256 : 0;
        return symbols;
    }

    private static Dictionary<string, int> Count(IEnumerable<string> texts, Func<string, IEnumerable<(int Start, int End)>> split)
    {
        Dictionary<string, int> words = [];
        foreach (string text in texts)
        {
            foreach ((int start, int end) in split(text))
            {
                string word = text[start..end];
                words[word] = words.GetValueOrDefault(word) + 1;
            }
        }
        return words;
    }
}
