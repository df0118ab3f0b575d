using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;

namespace Pareidolia.Training.Language;

/// <summary>What a <see cref="BertForMaskedLm"/> knows of words and their meanings.</summary>
/// <param name="model">The model.</param>
/// <param name="tokenizer">Its pieces.</param>
public sealed class BertMeasures(BertForMaskedLm model, WordPieceTokenizer tokenizer)
{
    /// <summary>Share of sentences whose word's sense has the nearest centroid of contextual vectors, one sentence left out at a time.</summary>
    public double Senses(IReadOnlyList<SenseSentence> table) => SenseTable.NearestCentroid(table, [.. table.Select(Contextual)]);

    /// <summary>How well cosines of word vectors tell related pairs from unrelated ones; a word of several pieces is their mean.</summary>
    public double Pairs(IReadOnlyList<WordPair> pairs)
    {
        WordVectors vectors = new(model.Words, WordPieceVocabulary.Special.Count);
        Dictionary<string, float[]> known = [];
        float[] Of(string word) => known.TryGetValue(word, out float[]? found) ? found : known[word] = Mean(vectors, tokenizer.Tokenize(word));
        return WordPairs.Auc(pairs, (first, second) => WordVectors.Cosine(Of(first), Of(second)));
    }

    /// <summary>The states of the word of a sentence in the last layer, read and hidden, side by side.</summary>
    /// <exception cref="PareidoliaException">The word does not stand in the sentence.</exception>
    public float[] Contextual(SenseSentence row)
    {
        ArgumentNullException.ThrowIfNull(row);
        (string before, string after) = AroundWord(row);
        int[] left = tokenizer.Tokenize(before), word = tokenizer.Tokenize(row.Word), right = tokenizer.Tokenize(after);
        // What is too long loses its ends; the word stays.
        int room = model.Config.MaxPositionEmbeddings - word.Length - 2;
        left = [.. left.TakeLast(room / 2)];
        right = [.. right.Take(room - left.Length)];
        return [.. States(left, word, right), .. States(left, [tokenizer.Mask], right)];
    }

    /// <summary>The mean loss [] of the guesses of a text with hidden pieces.</summary>
    internal static Tensor MaskedLoss(BertForMaskedLm model, MaskedText text, int rows)
    {
        using Scope scope = new();
        Tensor states = model.Encode(TokenWindows.AsTensor(text.Ids, rows))[^1];                           // [b, n, c]
        Tensor chosen = states.Reshape(-1, states.Shape[2]).Rows(text.Places);                             // [m, c]
        return scope.Keep(model.Predict(chosen).CrossEntropyLoss(Tensor.From(text.Truths, [text.Truths.Length])));
    }

    // The mean of the word's pieces.
    private float[] States(int[] left, int[] word, int[] right)
    {
        using Scope scope = new();
        int[] ids = [tokenizer.Start, .. left, .. word, .. right, tokenizer.End];
        Tensor states = model.Encode(TokenWindows.AsTensor(ids, 1))[^1];                                   // [1, n, c]
        return states.Slice(1, 1 + left.Length, word.Length).Mean(1).ToArray();
    }

    private static (string Before, string After) AroundWord(SenseSentence row)
    {
        foreach ((string word, int start, int end) in WordSplit.Words(row.Sentence))
            if (word == row.Word)
                return (row.Sentence[..start], row.Sentence[end..]);
        throw new PareidoliaException($"The word '{row.Word}' does not stand in its sentence '{row.Sentence}'.");
    }

    private static float[] Mean(WordVectors vectors, int[] pieces)
    {
        float[] mean = new float[vectors.Of(0).Length];
        foreach (int piece in pieces)
            for (int c = 0; c < mean.Length; c++)
                mean[c] += vectors.Of(piece)[c] / pieces.Length;
        return mean;
    }
}
