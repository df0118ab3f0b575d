using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;

namespace Pareidolia.Training.Language;

/// <summary>What a <see cref="ConvolutionalWordModel"/> knows of words and their meanings.</summary>
/// <param name="model">The model.</param>
/// <param name="dictionary">Its words.</param>
public sealed class WordModelMeasures(ConvolutionalWordModel model, WordDictionary dictionary)
{
    /// <summary>The contextual vector of the word of a sentence, [c].</summary>
    /// <exception cref="PareidoliaException">The word does not stand in the sentence.</exception>
    public float[] Contextual(SenseSentence row)
    {
        ArgumentNullException.ThrowIfNull(row);
        string[] words = [.. WordSplit.Words(row.Sentence).Select(word => word.Word)];
        int place = Array.IndexOf(words, row.Word);
        if (place < 0)
            throw new PareidoliaException($"The word '{row.Word}' does not stand in its sentence '{row.Sentence}'.");
        int[] ids = [dictionary.Break, .. words.Select(dictionary.IdOf), dictionary.Break];
        int[] hidden = [.. ids];
        hidden[place + 1] = dictionary.Mask;
        using Scope scope = new();
        Tensor both = model.Encode(Tensor.From([.. ids, .. hidden], [2, ids.Length]));                     // [2, n, c]
        return [.. both.Slice(1, place + 1, 1).ToArray()];
    }

    /// <summary>Share of sentences whose word's sense has the nearest centroid, one sentence left out at a time.</summary>
    public double Senses(IReadOnlyList<SenseSentence> table) => SenseTable.NearestCentroid(table, [.. table.Select(Contextual)]);

    /// <summary>How well cosines of word vectors tell related pairs from unrelated ones.</summary>
    public double Pairs(IReadOnlyList<WordPair> pairs)
    {
        WordVectors vectors = new(model.Words, WordDictionary.SpecialCount);
        return WordPairs.Auc(pairs, (first, second) => vectors.Cosine(dictionary.IdOf(first), dictionary.IdOf(second)));
    }
}
